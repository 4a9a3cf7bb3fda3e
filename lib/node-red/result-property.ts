import { FluxError } from "../errors";
import { writePath } from "../models/paths";
import type { DeliveredPicture } from "./delivered-picture";
import type { JobReport } from "./job-report";
import { takenProperties } from "./taken-properties";
import type { FluxMessage, Node, NodeAPI } from "./types";
import { isWritable } from "./writable";

const POISON = new Set<unknown>(["__proto__", "constructor", "prototype"]);

/**
 * Makes sure, before anything is paid, that a message has room for a result at a property such as `guideImage` or
 * `flux.inputs.seedImage`.
 *
 * @throws FluxError FLUX_CONFIG when the property is none, FLUX_VALIDATION when this message has something in its way.
 */
export function assertRoom(RED: NodeAPI, message: FluxMessage, into: string): void {
  const path = readProperty(RED, message, into);
  let owner: unknown = message;
  for (const name of path) {
    if (typeof owner !== "object" || owner === null || ArrayBuffer.isView(owner) || !canTake(owner, name)) {
      const problem = `msg.${into} cannot be set: what it would be in is no object that can be changed`;
      throw new FluxError("FLUX_VALIDATION", `Result into: ${problem}. Nothing was sent.`, {
        parameter: `msg.${into}`,
        violations: [{ parameter: `msg.${into}`, message: `${problem}.` }],
      });
    }
    if (!Object.hasOwn(owner, name)) return;
    owner = Reflect.get(owner, name);
  }
}

/** A member that is there is entered or overwritten, one that is missing is made. */
const canTake = (owner: object, name: string | number): boolean =>
  isWritable(owner, name) || (Object.hasOwn(owner, name) && typeof Reflect.get(owner, name) === "object");

function readProperty(RED: NodeAPI, message: FluxMessage, into: string): (string | number)[] {
  const refuse = (problem: string): FluxError =>
    new FluxError("FLUX_CONFIG", `Result into: msg.${into.slice(0, 100)} ${problem}. Nothing was sent.`);
  let path: unknown;
  try {
    path = RED.util.normalisePropertyExpression(into, message, false);
  } catch {
    throw refuse("is no property of a message");
  }
  const names = Array.isArray(path) ? path.filter((name) => typeof name === "string" || typeof name === "number") : [];
  const [first] = names;
  if (names.some((name) => POISON.has(name))) throw refuse("is not a name that a property may have");
  if (names.length === 1 && takenProperties.has(String(first))) throw refuse("is taken: choose another property");
  return names;
}

/**
 * Puts a tool's result on its message: the picture into the chosen property, and what is known about it beside it. What
 * goes into `msg.flux` is signed like what composition nodes put there.
 *
 * @throws FluxError FLUX_CONFIG with `billed: "yes"` when something got in the way since `assertRoom` looked.
 */
export function withResult(
  RED: NodeAPI,
  node: Node,
  message: FluxMessage,
  { payload, image }: DeliveredPicture,
  job: JobReport,
  into: string,
): FluxMessage {
  const path = readProperty(RED, message, into);
  if (!RED.util.setMessageProperty(message, into, payload, true)) {
    throw new FluxError("FLUX_CONFIG", `Result into: msg.${into} cannot be set. Picture ${image.id} is paid for.`, {
      provider: job.provider,
      ...(job.requestId !== undefined && { requestId: job.requestId }),
      billed: "yes",
    });
  }
  Object.assign(message, { image, job });
  const [first, ...inFlux] = path;
  if (first !== "flux") return message;
  const { id, type, name } = node;
  const { fluxOrigins } = message;
  const others = typeof fluxOrigins === "object" && fluxOrigins !== null ? fluxOrigins : {};
  message.fluxOrigins = { ...others, [writePath(inFlux)]: { id, type, ...(name && { name }) } };
  return message;
}
