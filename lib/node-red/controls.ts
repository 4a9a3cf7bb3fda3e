import { FluxError } from "../errors";
import { peek } from "../models/preparing/peek";
import { safeCopy } from "../models/preparing/safe-copy";
import { isPromptHash } from "../models/prompt-hash";
import { readOwnMember } from "./read-member";
import type { FluxMessage } from "./types";

/** Characters of an id or a key. */
const LONGEST_ID = 200;
const LONGEST_KEY = 1000;

/** A job that was paid for before, as `msg.resume` names it. */
export interface Resumed {
  /** Ours, or the service's where only that is known. */
  id: string;
  requestId?: string;
  provider?: string;
  model?: string;
  request?: Record<string, unknown>;
  promptHash?: string;
}

/** What a message asks for beside a picture. */
export interface Controls {
  cancel?: string | true;
  resume?: Resumed;
}

/**
 * Reads `msg.cancel` and `msg.resume`. What is false, null, empty or not there asks for nothing.
 * @throws FluxError FLUX_VALIDATION when they cannot be understood.
 */
export function readControls(message: FluxMessage): Controls {
  const cancel = readCancel(message);
  const resume = asked(message, "resume");
  if (cancel !== undefined && resume !== undefined) {
    throw refused("cancel", "it cannot come together with msg.resume: a job is either cancelled or resumed");
  }
  if (cancel !== undefined) return { cancel };
  return resume === undefined ? {} : { resume: readResumed(resume) };
}

/**
 * Reads `msg.cancel` alone: the id of a job, or true for all that are in the node.
 * @throws FluxError FLUX_VALIDATION when it cannot be understood.
 */
export function readCancel(message: FluxMessage): string | true | undefined {
  const cancel = asked(message, "cancel");
  if (cancel === undefined || cancel === true || isId(cancel)) return cancel;
  throw refused("cancel", "it takes the id of a job, or true for all of this node");
}

/**
 * The idempotency key that a setting gave.
 * @param source where it is from, for the error.
 * @returns undefined when there is none.
 * @throws FluxError FLUX_VALIDATION when it is neither a text nor a number.
 */
export function readKey(value: unknown, source: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string" && value.length <= LONGEST_KEY) return value;
  const problem = `it takes a text of up to ${LONGEST_KEY} characters, or a number`;
  throw refusal(source, `The idempotency key (${source}) cannot be used: ${problem}`);
}

/** What is read of a `msg.job`. */
const RESUMED = ["id", "requestId", "provider", "model", "request", "promptHash"];

function readResumed(value: unknown): Resumed {
  if (isId(value)) return { id: value };
  if (typeof value !== "object" || value === null)
    throw refused("resume", "it takes the id of a job, or a whole msg.job");
  const [id, requestId, provider, model, request, promptHash] = RESUMED.map((name) => peek(value, name));
  const name = isId(id) ? id : requestId;
  if (!isId(name)) throw refused("resume", "the job in it has no id");
  return {
    id: name,
    ...(isId(requestId) && { requestId }),
    ...(isId(provider) && { provider }),
    ...(isId(model) && { model }),
    // What is no plain data in it is left out: the message may be anybody's.
    ...(typeof request === "object" && request !== null && { request: safeCopy(request, "msg.resume.request").copy }),
    ...(isPromptHash(promptHash) && { promptHash }),
  };
}

/** The ids of both services, and the names of their models. */
const isId = (value: unknown): value is string =>
  typeof value === "string" && value.length <= LONGEST_ID && /^[\w:@./-]+$/.test(value);

function asked(message: FluxMessage, name: string): unknown {
  const value = readOwnMember(message, name);
  return value === null || value === false || value === "" ? undefined : value;
}

/** A job that a message is to cancel and that this node does not have. */
export const unknownJob = (id: string): FluxError =>
  refused("cancel", `this node has no job ${id} that is still waited for`);

const refused = (name: string, problem: string): FluxError =>
  refusal(`msg.${name}`, `msg.${name} cannot be used: ${problem}`);

const refusal = (parameter: string, problem: string): FluxError =>
  new FluxError("FLUX_VALIDATION", `${problem}. Nothing was sent.`, {
    parameter,
    violations: [{ parameter, message: `${problem}.` }],
  });
