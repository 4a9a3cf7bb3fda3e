import { v4 as uuid } from "uuid";
import { FluxError } from "../../errors";
import {
  fieldsOf,
  filledIn,
  type KeyUse,
  type TemplateProblem,
  templateProblem,
  timeFields,
} from "../../storage/key-template";
import type { FluxMessage, NodeAPI } from "../types";
import type { PictureFacts } from "./picture-facts";
import { refused } from "./refused";

/** Gives the value of a template's field; undefined where there is none. */
export type FieldValue = (field: string) => string | undefined;

/**
 * The values of a template's fields for one picture.
 * @param extension of the picture's type, where that is known.
 */
export function fieldValues(
  RED: NodeAPI,
  message: FluxMessage,
  facts: Partial<PictureFacts> & Pick<PictureFacts, "acceptedAt">,
  extension?: string,
): FieldValue {
  // One for the picture, however often the template has it.
  const random = uuid();
  const { acceptedAt, index } = facts;
  const known: Readonly<Record<string, string | undefined>> = {
    provider: facts.provider,
    model: facts.model,
    jobId: facts.jobId,
    index: index === undefined ? undefined : String(index),
    seed: facts.seed,
    ext: extension,
    ...timeFields(acceptedAt),
    uuid: random,
  };
  return (field) => {
    if (!field.startsWith("msg.")) return Object.hasOwn(known, field) ? known[field] : undefined;
    return textIn(RED, message, field.slice("msg.".length));
  };
}

/** A text, number or truth value of the message; nothing else makes a name. */
function textIn(RED: NodeAPI, message: FluxMessage, path: string): string | undefined {
  try {
    const value: unknown = RED.util.getMessageProperty(message, path);
    if (typeof value === "string" && value !== "") return value;
    return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
      ? String(value)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks a template before anything is read for it.
 * @param setting as the dialog has it.
 * @throws FluxError FLUX_CONFIG.
 */
export function checkTemplate(template: string, use: KeyUse, setting: string): void {
  const problem = templateProblem(template, use);
  if (!problem) return;
  throw new FluxError("FLUX_CONFIG", `${setting}: ${inWords(problem, use)}. Nothing was stored.`, { provider: "s3" });
}

function inWords(problem: TemplateProblem, use: KeyUse): string {
  switch (problem.problem) {
    case "empty":
      return "it is empty";
    case "braces":
      return "it has a brace without its other one";
    case "unknown":
      return `{${problem.field}} is no field. Use {provider}, {model}, {jobId}, {index}, {seed}, {ext}, {date}, {year}, {month}, {day}, {hour}, {minute}, {uuid}, or {msg.} with a property's path`;
    case "unknownYet":
      return use === "direct"
        ? `{${problem.field}} is not known before the picture is made`
        : `{${problem.field}} is not known when an address is signed ahead of its job`;
  }
}

/**
 * Fills a template in.
 * @throws FluxError FLUX_VALIDATION when the message lacks a value that it needs.
 */
export function filledTemplate(template: string, value: FieldValue, setting: string): string {
  assertValues(fieldsOf(template), value, setting);
  return filledIn(template, value);
}

/** @throws FluxError FLUX_VALIDATION when a field has no value. */
export function assertValues(fields: readonly string[], value: FieldValue, setting: string): void {
  const missing = fields.filter((field) => value(field) === undefined);
  if (missing.length === 0) return;
  const named = missing.map((field) => `{${field}}`).join(", ");
  const hint = missing.every((field) => field.startsWith("msg."))
    ? "The message has no text or number there"
    : "The message carries no msg.job or msg.image that tells it; for other pictures use fields such as {uuid}, {date} or {msg._msgid}";
  throw refused(setting, `${setting}: ${named} ${missing.length === 1 ? "has" : "have"} no value. ${hint}`);
}
