// Opens GraphiQL on /graphql; `?operation=audience/name` fills in a ready-made operation, `?query=` any document.
"use strict";

const asked = new URLSearchParams(window.location.search);

async function start() {
  let query = asked.get("query") || undefined;
  let variables = asked.get("variables") || undefined;
  const name = asked.get("operation");
  if (name) {
    const answer = await fetch("/operations/" + name.split("/").map(encodeURIComponent).join("/"));
    if (answer.ok) {
      const operation = await answer.json();
      query = operation.document;
      variables = JSON.stringify(operation.variables, null, 2);
    }
  }
  const element = React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    query,
    variables,
    defaultEditorToolsVisibility: true,
    isHeadersEditorEnabled: false,
  });
  ReactDOM.createRoot(document.getElementById("graphiql")).render(element);
}

start();
