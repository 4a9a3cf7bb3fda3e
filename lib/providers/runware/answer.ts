import type { HttpAnswer } from "../../net/http";
import { type Item, isItem, parse } from "../json";
import { readRetryAfter } from "../retry-after";

/** What the service answered to one POST, whatever the HTTP status was. */
export interface ServiceAnswer {
  status: number;
  /** How long the service asked us to wait, in ms. */
  retryAfter?: number | undefined;
  /** False for HTML, truncated JSON and everything else that is no JSON object. */
  readable: boolean;
  data: readonly Item[];
  errors: readonly Item[];
}

/** What an answer holds for one task. */
export interface Reply {
  data: readonly Item[];
  errors: readonly Item[];
}

/**
 * Reads an answer. `data` and `errors` may come together, either may be missing, an object instead of a list, and there
 * may be a singular `error`; all of that on any status.
 */
export function readAnswer({ status, headers, text }: HttpAnswer): ServiceAnswer {
  const retryAfter = readRetryAfter(headers["retry-after"]);
  const body = parse(text);
  const data: Item[] = [];
  const errors: Item[] = [];
  const readable = isItem(body);
  if (readable) {
    collect(body.data, data);
    // The archive's record may be the body itself instead of one of its `data`.
    if (body.data === undefined && body.response !== undefined) data.push(body);
    collect(body.errors, errors);
    collect(body.error, errors);
  }
  return { status, retryAfter, readable, data, errors };
}

/** The part of an answer that names this task. */
export function replyTo(id: string, { data, errors }: Reply): Reply {
  const own = (item: Item) => item.taskUUID === id;
  return { data: data.filter(own), errors: errors.filter(own) };
}

/** Errors that name no task: they are about the request as a whole. */
export const unscopedErrors = ({ errors }: Reply): readonly Item[] =>
  errors.filter((item) => typeof item.taskUUID !== "string" || item.taskUUID === "");

/** The objects in a list, or the one object that stands where a list should; a text counts as an error's message. */
export function items(value: unknown): Item[] {
  const found: Item[] = [];
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Item[]): void {
  if (Array.isArray(value)) for (const element of value) collectOne(element, found);
  else collectOne(value, found);
}

function collectOne(value: unknown, found: Item[]): void {
  if (isItem(value)) found.push(value);
  else if (typeof value === "string" && value !== "") found.push({ message: value });
}
