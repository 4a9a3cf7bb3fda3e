import { FluxError } from "../errors";
import { type Path, valueAt, writePath } from "../models/paths";
import { signed } from "../models/preparing/origins";
import { peek } from "../models/preparing/peek";
import { copyOfOwner } from "../models/preparing/shallow-copy";
import type { DeliveredPicture } from "./delivered-picture";
import type { JobReport } from "./job-report";
import { takenProperties } from "./taken-properties";
import type { FluxMessage, Node, NodeAPI } from "./types";
import { isWritable } from "./writable";

/** Where a result goes in one message: a member of it, and in that. */
export interface Room {
  first: string;
  inside: Path;
}

const POISON = new Set<unknown>(["__proto__", "constructor", "prototype"]);

/** Where a tool's result goes, as its dialog has it. */
const RESULT = "Result into";

/**
 * Finds, before anything is paid, the room for a result: `guideImage`, `flux.inputs.seedImage`, `guides[msg.kind]`.
 *
 * @param setting that names the property, as the dialog has it.
 * @throws FluxError FLUX_CONFIG when the property is none, FLUX_VALIDATION when this message has something in its way.
 */
export function roomFor(RED: NodeAPI, message: FluxMessage, into: string, setting = RESULT): Room {
  const room = readProperty(RED, message, into, setting);
  const { first, inside } = room;
  if (isWritable(message, first) && holding(Reflect.get(message, first), inside, "the result") !== undefined)
    return room;
  const problem = `msg.${into} cannot be set: what it would be in is no plain object or list`;
  throw new FluxError("FLUX_VALIDATION", `${setting}: ${problem}. Nothing was sent.`, {
    parameter: `msg.${into}`,
    violations: [{ parameter: `msg.${into}`, message: `${problem}.` }],
  });
}

function readProperty(RED: NodeAPI, message: FluxMessage, into: string, setting: string): Room {
  const refuse = (problem: string): FluxError =>
    new FluxError("FLUX_CONFIG", `${setting}: msg.${into.slice(0, 100)} ${problem}. Nothing was sent.`);
  let path: unknown;
  try {
    path = RED.util.normalisePropertyExpression(into, message, false);
  } catch {
    throw refuse("is no property of a message");
  }
  const names = Array.isArray(path) ? path.filter((name) => typeof name === "string" || typeof name === "number") : [];
  const [first = "", ...inside] = names;
  if (names.some((name) => POISON.has(name))) throw refuse("is not a name that a property may have");
  const isInFlux = first === "flux" && inside.length > 0;
  if (takenProperties.has(String(first)) && !isInFlux) throw refuse("is taken: choose another property");
  return { first: String(first), inside };
}

/**
 * A value inside what is to hold it, made where it is missing. Every object and list on the way is a copy: a context or
 * another message may have the same one. undefined where there is something else in the way.
 */
const holding = (owner: unknown, [name, ...inside]: Path, value: unknown): unknown => {
  if (name === undefined) return value;
  const copy = (owner ?? undefined) === undefined ? (typeof name === "number" ? [] : {}) : copyOfOwner(owner);
  const held = copy && holding(valueAt(copy, [name]), inside, value);
  return copy && held !== undefined && Reflect.set(copy, name, held) ? copy : undefined;
};

/**
 * Puts a tool's result on its message: the picture into the room that was found for it, and what is known about it beside
 * it. What goes into `msg.flux` is signed like what composition nodes put there.
 *
 * @throws FluxError FLUX_CONFIG with `billed: "yes"` when something got in the way since the room was found.
 */
export function withResult(
  node: Node,
  message: FluxMessage,
  { payload, image }: DeliveredPicture,
  job: JobReport,
  { first, inside }: Room,
): FluxMessage {
  const held = holding(Reflect.get(message, first), inside, payload);
  if (held === undefined) {
    const into = writePath([first, ...inside]);
    throw new FluxError("FLUX_CONFIG", `${RESULT}: msg.${into} cannot be set. Picture ${image.id} is paid for.`, {
      provider: job.provider,
      ...(job.requestId !== undefined && { requestId: job.requestId }),
      billed: "yes",
    });
  }
  Object.assign(message, { [first]: held, image, job });
  if (first === "flux") {
    message.fluxOrigins = signed(peek(message, "fluxOrigins"), { ...Object(held) }, node, [writePath(inside)]);
  }
  return message;
}

/**
 * The member of a message that holds a value in the room that was found for it.
 * @throws FluxError FLUX_CONFIG when something got in the way since then.
 */
export function putInto(
  message: FluxMessage,
  { first, inside }: Room,
  value: unknown,
  setting: string,
): Record<string, unknown> {
  const held = holding(Reflect.get(message, first), inside, value);
  if (held !== undefined) return { [first]: held };
  throw new FluxError("FLUX_CONFIG", `${setting}: msg.${writePath([first, ...inside])} cannot be set.`);
}
