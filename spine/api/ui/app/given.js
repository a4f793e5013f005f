// What the server sent with the page: its texts, the documents of its operations, the default confidence.
const given = JSON.parse(document.getElementById("given").textContent);

export const operations = given.operations;
export const texts = given.texts;
export const defaultConfidence = given.confidence;
export const mayChange = given.changes;

// The part of the address behind `/page/`, for example the id of a person.
export function idOfPage() {
  return decodeURIComponent(location.pathname.split("/").slice(2).join("/"));
}

export function chosenConfidence() {
  const asked = Number(new URLSearchParams(location.search).get("confidence"));
  return asked > 0 && asked < 1 ? asked : defaultConfidence;
}
