import { randomUUID } from "node:crypto";
import { type Context, noteSubmission } from "../context";
import { parseJson } from "../digits";
import { type CallFaultKind, type Fault, faultAmong } from "../faults";
import { earlyReply, type Incoming, lateReply, type Part, type Reply, type Sender } from "../http";
import { fingerprint, isGoodKey } from "../keys";
import { pauseUntil } from "../pause";
import { slowness } from "../plan-job";
import { locked, named, refuse } from "./answers";
import { type Address, type FalCall, readCall } from "./calls";
import { cancel, readResult, readStatus, streamStatus } from "./queue";
import { initiateUpload } from "./storage";
import { run, submit } from "./submit";

/** Answers requests to one of fal's addresses. */
export const answerFal =
  (address: Address): Part =>
  async (request, context) => {
    context.ledger.countRequest();
    const call = readCall(address, request.method, request.path);
    if (typeof call === "object") context.events.emit("request", { calls: [call.kind] });
    const key = keyOf(request.headers.authorization);
    const requestId = typeof call === "object" && "id" in call ? call.id.slice(0, 100) : randomUUID();
    if (key === undefined) return named(refuse(401), requestId);
    if (typeof call === "number") return named(refuse(call), requestId);
    return named(await answerCall(call, requestId, key, request, context), requestId);
  };

/** The key, if it comes as fal wants it: `Authorization: Key <key>`. */
function keyOf(authorization = ""): string | undefined {
  const key = /^Key\s+(\S.*)$/.exec(authorization)?.[1]?.trim() ?? "";
  return isGoodKey(key) ? key : undefined;
}

async function answerCall(
  call: FalCall,
  requestId: string,
  key: string,
  request: Incoming,
  context: Context,
): Promise<Reply> {
  const { kind } = call;
  const makesPictures = kind === "submit" || kind === "run";
  context.ledger.countCall(kind);
  if (makesPictures) noteSubmission(requestId, context);
  const body = await request.body();
  if (body === undefined) return refuse(413, "The body is too large.");
  const input = makesPictures || kind === "upload" ? readInput(body) : { value: undefined };
  if (input === undefined) return refuse(422, "The body is not JSON.");

  const { request: fault, calls } = context.faults.rehearse([
    { service: "fal", kind, makesPictures, prompt: promptOf(input.value) },
  ]);
  const early = fault && earlyReply(fault, refuse);
  if (early !== undefined) return early;
  const faults = calls[0] ?? [];
  if (!makesPictures) {
    if (faultAmong(faults, "402")) return locked();
    await delay(faults, context);
  }
  const sender = { owner: fingerprint(key), faults, url: request.url };
  return lateReply(fault, await work(call, requestId, input.value, request, context, sender));
}

function readInput(body: Buffer): { value: unknown } | undefined {
  try {
    return { value: parseJson(body.toString("utf8")) };
  } catch {
    return undefined;
  }
}

const promptOf = (input: unknown): unknown =>
  typeof input === "object" && input !== null && "prompt" in input ? input.prompt : undefined;

async function delay(faults: readonly Fault<CallFaultKind>[], { closing }: Context): Promise<void> {
  const slow = faultAmong(faults, "slow");
  if (slow !== undefined) await pauseUntil(Date.now() + slowness(slow) * 1000, closing);
}

async function work(
  call: FalCall,
  requestId: string,
  input: unknown,
  { query, gone }: Incoming,
  context: Context,
  sender: Sender,
): Promise<Reply> {
  switch (call.kind) {
    case "submit":
      return submit(requestId, call.model, input, context, sender);
    case "run":
      return run(requestId, call.model, input, context, sender);
    case "upload":
      return initiateUpload(input, context, sender);
  }
  const question = { ...call, logs: query.get("logs") === "1", gone };
  switch (call.kind) {
    case "status":
      return readStatus(question, context, sender);
    case "stream":
      return streamStatus(question, context, sender);
    case "result":
      return readResult(question, context, sender);
    case "cancel":
      return cancel(question, context, sender);
  }
}
