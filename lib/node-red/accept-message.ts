import { shapeOf } from "../jobs/budget/shape";
import type { Claim } from "../jobs/keeper/claim";
import type { Keeper } from "../jobs/keeper/keeper";
import type { RunContext } from "../jobs/keeper/run-context";
import { newJob } from "../jobs/new-job";
import { isDirectUpload } from "../models/direct-upload";
import { prepareRequest } from "../models/preparing/prepare";
import type { PreparedRequest } from "../models/request";
import { type ValueOrPromise, whenThere } from "../value-or-promise";
import type { Place } from "./arrivals";
import { readKey } from "./controls";
import type { InferenceOwner } from "./inference-owner";
import { readInput } from "./read-input";
import { type Room, roomFor } from "./result-property";
import type { Run } from "./runs";
import { acceptDirectUpload } from "./storage/direct-upload";
import { evaluate } from "./typed-values";
import type { FluxMessage } from "./types";
import { assertWritable } from "./writable";

/** What a message must be able to take in, and to lose, once its pictures are there. */
const WRITTEN_BY_TOOLS = ["image", "job", "fluxOrigins", "idempotencyKey", "resume"];
const WRITTEN = [...WRITTEN_BY_TOOLS, "payload", "parts", "flux"];

/**
 * Makes sure that a message can carry a result of this node.
 * @returns of a tool: where its result goes.
 */
export function assertRoom({ RED, settings, resultInto }: InferenceOwner, message: FluxMessage): Room | undefined {
  const isTool = resultInto !== undefined;
  assertWritable(message, isTool ? WRITTEN_BY_TOOLS : WRITTEN);
  return isTool ? roomFor(RED, message, settings.into || resultInto) : undefined;
}

/**
 * Makes the request of a message and has it accepted.
 *
 * @param place the message's place in the order of arrival: it is accepted in its turn.
 * @throws FluxError when anything is wrong with it, or there is no room; nothing was sent then.
 */
export async function acceptMessage(
  owner: InferenceOwner,
  keeper: Keeper,
  message: FluxMessage,
  run: Run,
  place: Place,
): Promise<Claim> {
  const { RED, node, settings, resultInto } = owner;
  // Nothing is awaited that is there already: most messages are accepted in the turn in which they come.
  // What is wrong with the account is said first: nothing else can be mended without it.
  const found = owner.account();
  const account = found instanceof Promise ? await found : found;
  const read = readInput(RED, node, settings, message);
  const input = read instanceof Promise ? await read : read;
  const own = resultInto === undefined ? input : { ...input, flux: undefined, origins: undefined };
  const context = owner.contextWith(account);
  const asAsked = prepareRequest(owner.model, own);
  const isPlaced = isDirectUpload(asAsked.request.uploadEndpoint);
  const prepared = isPlaced ? await withPlace(owner, asAsked, context) : asAsked;
  const key = keyOf(owner, message);
  const idempotencyKey = key instanceof Promise ? await key : key;
  run.room = assertRoom(owner, message);
  const made = newJob(prepared, {
    ...owner.acceptance(account),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  const job = made instanceof Promise ? await made : made;
  if (place.turn) await place.turn;
  if (!keeper.isReady) await keeper.ready;
  run.signal.throwIfAborted();
  const spending = { shape: shapeOf(job.model, job.request, prepared.alike), pictures: prepared.expected };
  const claim = keeper.intake.accept(job, message, context, spending);
  // Now, and not a turn of the promises later: the next message then has nothing to wait for.
  place.leave();
  return claim;
}

/** The place of a direct upload is the job's from here on. */
async function withPlace(
  { RED }: InferenceOwner,
  prepared: PreparedRequest,
  context: RunContext,
): Promise<PreparedRequest> {
  const { request, warnings } = await acceptDirectUpload(RED, prepared.request, context);
  return { ...prepared, request, warnings: [...prepared.warnings, ...warnings] };
}

/** In words as the dialog has it. */
const KEY_SETTING = "Idempotency key from";

function keyOf({ RED, node, settings }: InferenceOwner, message: FluxMessage): ValueOrPromise<string | undefined> {
  const { idempotencyKeyFrom } = settings;
  const { type, value } = idempotencyKeyFrom;
  const source = type === "msg" ? `msg.${value}` : `${KEY_SETTING}, ${type} ${value}`;
  const evaluated = evaluate(RED, node, idempotencyKeyFrom, message, KEY_SETTING);
  return whenThere(evaluated, (key) => readKey(key.value, source));
}

/** Takes off a message what this node acted on, so that a node after it does not act on it as well. */
export function consumeControls({ settings: { idempotencyKeyFrom } }: InferenceOwner, message: FluxMessage): void {
  const { type, value } = idempotencyKeyFrom;
  Reflect.deleteProperty(message, "resume");
  if (type === "msg" && value === "idempotencyKey") Reflect.deleteProperty(message, "idempotencyKey");
}
