import { LiteralReader, Unreadable } from "./literal";

/** What an example asks for. */
export interface Example {
  request: Readonly<Record<string, unknown>>;
  /** The endpoint of fal's that it is for, where it says so. */
  endpoint?: string;
}

/** Why a text is no example: a text of the catalogue's `json.unreadable`. Line and column count from 1. */
export interface NoExample {
  reason: Unreadable["reason"] | "nothing" | "several" | "tooLong";
  line?: number;
  column?: number;
}

/** Characters; a request with a picture in it is no longer. */
const LONGEST = 20_000_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The body of a curl command, without its quotes, and where it stands; undefined where there is none. */
const curlBody = (text: string): { body: string; at: number; end: number } | undefined => {
  if (!/\bcurl\b/.test(text)) return undefined;
  const found = /(?:^|\s)(?:-d|--data|--data-raw|--json|--data-binary)[\s=]+(['"])/.exec(text);
  if (found === null) return undefined;
  const quote = found[1];
  const at = found.index + found[0].length;
  const rest = text.slice(at);
  // Runs are taken at once, not character by character: a picture in the body has millions.
  const isPlain = quote === "'";
  const quoted = (isPlain ? /^(?:[^']+|'\\'')*/ : /^(?:[^"\\]+|\\[\s\S])*/).exec(rest)?.[0] ?? "";
  const body = isPlain ? quoted.replaceAll("'\\''", "'") : quoted.replace(/\\(["\\$`])/g, "$1");
  return { body, at, end: at + quoted.length };
};

/** What is in the way between an example and its request: a list of one task, the options of fal's clients. */
const unwrapped = (value: unknown): Record<string, unknown> | "several" | undefined => {
  if (Array.isArray(value)) {
    const tasks = value.filter((task) => isObject(task) && task.taskType !== "authentication");
    return tasks.length > 1 ? "several" : unwrapped(tasks[0]);
  }
  if (!isObject(value)) return undefined;
  for (const name of ["input", "arguments"]) {
    const inner = value[name];
    if (isObject(inner)) return inner;
  }
  return Object.keys(value).length === 0 ? undefined : value;
};

/** The endpoint that a text names, as the argument of a call or in an address. */
const endpointIn = (text: string): string | undefined => /(?<![@\w])fal-ai(?:\/[\w.-]+)+/.exec(text)?.[0];

const placeIn = (text: string, at: number): Required<Pick<NoExample, "line" | "column">> => {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
};

/** Readings of a text, the likeliest first: as it is, as the members of an object, and from each bracket on. */
function* readings(text: string): Generator<{ at: number; read: () => unknown }> {
  const start = new LiteralReader(text, 0);
  start.skipBlank();
  const first = text[start.at];
  if (first === '"' || first === "'" || /^[A-Za-z_$][\w$]*\s*:/.test(text.slice(start.at, start.at + 100))) {
    yield { at: start.at, read: () => new LiteralReader(text, start.at).members("") };
  }
  for (const { index } of text.matchAll(/[{[]/g)) {
    yield { at: index, read: () => new LiteralReader(text, index).value() };
  }
}

/**
 * Finds the request in an example as documentation has it: JSON with or without comments, a call of a client in
 * JavaScript or Python, or a curl command.
 */
export const readExample = (pasted: string): Example | NoExample => {
  if (pasted.length > LONGEST) return { reason: "tooLong" };
  const curl = curlBody(pasted);
  const text = curl?.body ?? pasted;
  // What a prompt or the address of a picture says is not where the request goes.
  const endpointBefore = (at: number): string | undefined =>
    endpointIn(curl === undefined ? text.slice(0, at) : pasted.slice(0, curl.at) + pasted.slice(curl.end));
  let furthest: Unreadable | undefined;
  let tries = 0;
  for (const { at, read } of readings(text)) {
    // Code before an example has a bracket or two; what has hundreds is none.
    if (++tries > 200) break;
    try {
      const request = unwrapped(read());
      if (request === "several") return { reason: "several" };
      const endpoint = endpointBefore(at);
      if (request !== undefined) return { request, ...(endpoint !== undefined && { endpoint }) };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (furthest === undefined || error.at > furthest.at) furthest = error;
    }
    // What starts with a bracket is meant as it is.
    if (tries === 1 && /^\s*[{[]/.test(text)) break;
  }
  if (furthest === undefined) return { reason: "nothing" };
  return { reason: furthest.reason, ...placeIn(pasted, (curl?.at ?? 0) + furthest.at) };
};
