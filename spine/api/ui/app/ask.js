// Asks the published operations, by their names; a newer question of the same kind gives up the older one.
import { operations } from "./given.js";

export class Refused extends Error {
  constructor(message, code, remedy) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

const running = new Map();

// The `data` of an operation; `Refused` with a code and a remedy where it has errors. `latest` names questions of
// which only the newest matters: an older one ends with an AbortError.
export async function ask(name, variables = {}, { latest = "" } = {}) {
  return answer(operations[name], variables, latest);
}

export async function answer(document, variables, latest = "") {
  const stop = new AbortController();
  if (latest) {
    running.get(latest)?.abort();
    running.set(latest, stop);
  }
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: document, variables }),
      signal: stop.signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("", "UNREACHABLE", "");
  }
  const found = await response.json();
  if (found.errors?.length) {
    const [first] = found.errors;
    throw new Refused(first.message, first.extensions?.code ?? "", first.extensions?.remedy ?? "");
  }
  return found.data;
}

export const isAborted = (error) => error?.name === "AbortError";
