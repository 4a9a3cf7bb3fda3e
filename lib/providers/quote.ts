import type { HttpAnswer } from "../net/http";

/** Repeats a text of the service inside an error, or gives undefined when it is better left out. */
export type Quote = (text: unknown) => string | undefined;

const LONGEST_QUOTE = 200;
/** How much of a text is looked at: enough for a quote even when addresses in it are shortened. */
const LONGEST_HEAD = 400;
/** Characters of prompts that texts are compared with: that takes a third of a second for five million. */
const MOST_COMPARED = 500_000;
/** A shared run of this many characters counts as a piece of the prompt. */
const TELLING = 12;

/**
 * Makes the filter for texts of the service. They may echo what was sent, so keys and addresses (signatures, tokens) are
 * taken out, and a text that repeats a piece of a prompt is dropped, as is every text when the prompts are not known or
 * are too long to be compared with.
 * All tasks of a POST may be answered by one text: the last verdict is kept.
 */
export function quoter(apiKey: string, prompts: readonly string[] | undefined): Quote {
  let known: readonly string[] | undefined;
  let last: { text: string; quoted: string | undefined } | undefined;
  const isLong = prompts !== undefined && prompts.reduce((sum, { length }) => sum + length, 0) > MOST_COMPARED;
  return (text) => {
    if (typeof text !== "string" || !prompts || isLong) return undefined;
    if (last?.text === text) return last.quoted;
    known ??= prompts.map(comparable).filter((prompt) => prompt !== "");
    last = { text, quoted: quoted(text, apiKey, known) };
    return last.quoted;
  };
}

function quoted(text: string, apiKey: string, prompts: readonly string[]): string | undefined {
  const head = beginning(text, apiKey);
  if (repeatsAny(comparable(head), prompts)) return undefined;
  const clean = head
    .replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, "[address]")
    .replace(/data:\S+/gi, "[data]")
    .replace(/\S{80,}/g, "[data]");
  return clean === "" ? undefined : clean.slice(0, LONGEST_QUOTE);
}

/**
 * A short word of the service, such as an error code or a parameter's name; a list of such becomes one text. What has
 * spaces in it is no word, and may be the prompt.
 */
export function word(value: unknown, apiKey: string): string | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, 10) : [value];
  const words = values.flatMap((one) => {
    if (typeof one !== "string" && typeof one !== "number") return [];
    const text = beginning(String(one), apiKey).slice(0, 100);
    return text === "" || text.includes(" ") ? [] : [text];
  });
  return words.length > 0 ? words.join(", ").slice(0, 100) : undefined;
}

/** Whether `text` holds a whole short prompt, or a piece of a long one. Looks at every prompt once. */
function repeatsAny(text: string, prompts: readonly string[]): boolean {
  const pieces = new Set<string>();
  for (let at = 0; at + TELLING <= text.length; at += 1) pieces.add(text.slice(at, at + TELLING));
  return prompts.some((prompt) => {
    if (prompt.length <= TELLING) return text.includes(prompt);
    for (let at = 0; at + TELLING <= prompt.length; at += 1) {
      if (pieces.has(prompt.slice(at, at + TELLING))) return true;
    }
    return false;
  });
}

/** Without letter case and everything that escaping may have changed. */
const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** The head of a text on one line, without the key: not even the piece of one that the cut leaves at the end. */
function beginning(text: string, apiKey: string): string {
  const head = text.slice(0, LONGEST_HEAD + apiKey.length);
  const clean = secretsOf(apiKey).reduce((text, secret) => text.replaceAll(secret, "[key]"), head);
  return oneLine(head.length < text.length ? clean.slice(0, clean.length - apiKey.length) : clean);
}

/** A key, and the halves of one that is made of an id and a secret, unless they are too short to be told. */
const secretsOf = (apiKey: string): string[] =>
  [apiKey, ...apiKey.split(":").filter(isTelling)].filter((secret) => secret !== "");

/** Characters; what is shorter may be part of any word. */
const LEAST_TELLING = 8;

const isTelling = (secret: string): boolean => secret.length >= LEAST_TELLING;

/** Whether a text holds a key or half of one. */
export const holdsKey = (text: string, apiKey: string): boolean => {
  if (apiKey.length >= LEAST_TELLING && text.includes(apiKey)) return true;
  // Most keys have no halves.
  return (
    apiKey.includes(":") &&
    secretsOf(apiKey)
      .filter(isTelling)
      .some((secret) => text.includes(secret))
  );
};

/** Longer answers hold pictures, and no words of the service that anybody repeats. */
const LONGEST_SEARCHED = 1_000_000;

/** An answer without the key: a service may repeat what it was sent, as a code or as the name of a parameter too. */
export function withoutKey(answer: HttpAnswer, apiKey: string): HttpAnswer {
  const { headers, text } = answer;
  const isLong = text.length > LONGEST_SEARCHED;
  if ((isLong || !holdsKey(text, apiKey)) && !anyHoldsKey(headers, apiKey)) return answer;
  const secrets = secretsOf(apiKey).filter(isTelling);
  const clean = (said: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, "[key]"), said);
  return {
    ...answer,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, clean(value)])),
    text: isLong ? text : clean(text),
  };
}

function anyHoldsKey(headers: HttpAnswer["headers"], apiKey: string): boolean {
  for (const name in headers) {
    if (holdsKey(headers[name] ?? "", apiKey)) return true;
  }
  return false;
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
