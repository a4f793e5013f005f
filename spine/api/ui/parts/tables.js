// Any answer as tables: one for every list in it, with plain columns; connections are unfolded.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isRows = (value) => Array.isArray(value) && value.some(isObject);

// A connection's list of nodes, each with the facts of its edge.
function unfolded(value) {
  if (isObject(value) && Array.isArray(value.edges) && value.edges.every((edge) => isObject(edge) && "node" in edge)) {
    return value.edges.map(({ node, cursor, ...edge }) => ({ ...node, ...edge }));
  }
  return value;
}

// The plain values of an object, as {path: value}; objects inside are flattened, lists of objects left to themselves.
function plainOf(object, path, lists) {
  const out = {};
  for (const [name, raw] of Object.entries(object)) {
    if (name === "__typename" || name === "pageInfo" || name === "cursor") continue;
    const value = unfolded(raw);
    const at = path ? `${path}.${name}` : name;
    if (isRows(value)) lists.push([at, value]);
    else if (Array.isArray(value)) {
      if (value.length || !isObject(raw)) out[at] = value.join(", ");
    } else if (isObject(value)) Object.assign(out, plainOf(value, at, lists));
    else out[at] = value;
  }
  return out;
}

// [{title, columns, rows, ids}] for an answer, the outermost first. A row of an inner list begins with the name of its owner.
export function tablesOf(data) {
  const tables = new Map();
  const add = (title, owner, rows) => {
    const known = tables.get(title) ?? { title, rows: [] };
    tables.set(title, known);
    for (const row of rows) {
      const lists = [];
      const flat = plainOf(isObject(row) ? row : { value: row }, "", lists);
      known.rows.push(owner ? { of: owner, ...flat } : flat);
      const name = flat.name ?? flat["entity.name"] ?? flat["organisation.name"] ?? owner;
      for (const [at, inner] of lists) add(`${title}.${at}`, name, inner);
    }
  };
  const lists = [];
  const top = plainOf(data, "", lists);
  if (Object.keys(top).length) tables.set("", { title: "", rows: [top] });
  for (const [at, rows] of lists) add(at, undefined, rows);
  return [...tables.values()].filter((one) => one.rows.length).map((one) => {
    const columns = [...new Set(one.rows.flatMap((row) => Object.keys(row)))];
    return { title: one.title, columns, rows: one.rows.map((row) => columns.map((column) => row[column])) };
  });
}

// The first neighbourhood of an answer as cytoscape's elements; null where it holds none.
export function networkOf(data) {
  if (!isObject(data)) return Array.isArray(data) ? data.map(networkOf).find(Boolean) ?? null : null;
  const { nodes, edges } = data;
  if (Array.isArray(nodes) && Array.isArray(edges) && nodes[0]?.kind && "id" in nodes[0]) return { nodes, edges, hubs: data.hubs ?? [] };
  return Object.values(data).map(networkOf).find(Boolean) ?? null;
}
