import type { HttpAnswer } from "../../net/http";
import { type Item, isItem, parse } from "../json";
import { readRetryAfter } from "../retry-after";

/** What the service answered to one POST, whatever the HTTP status was. */
export interface ServiceAnswer {
  status: number;
  /** How long the service asked us to wait, in ms. */
  retryAfter?: number;
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
  const found = isItem(body)
    ? {
        readable: true,
        data: [...items(body.data), ...archived(body)],
        errors: [...items(body.errors), ...items(body.error)],
      }
    : { readable: false, data: [], errors: [] };
  return { status, ...(retryAfter !== undefined && { retryAfter }), ...found };
}

/** The archive's record may be the body itself instead of one of its `data`. */
const archived = (body: Item): Item[] => (body.data === undefined && body.response !== undefined ? [body] : []);

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
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((element): Item[] => {
    if (isItem(element)) return [element];
    return typeof element === "string" && element !== "" ? [{ message: element }] : [];
  });
}
