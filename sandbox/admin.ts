import type { IncomingMessage } from "node:http";
import { isLocalName, isLoopback } from "../lib/net/loopback";
import { balanceOf, type Context } from "./context";
import { announcements } from "./event-stream";
import { jsonReply, type Reply } from "./http";
import { changeSettings } from "./settings";

const done = jsonReply(200, { ok: true });

/**
 * Answers `/admin/<what>`: for this machine only, and not for web pages that happen to be open on it.
 * @param gone aborted when the connection is gone
 */
export async function answerAdmin(
  what: string,
  request: IncomingMessage,
  context: Context,
  readBody: (request: IncomingMessage) => Promise<Buffer | undefined>,
  gone: AbortSignal,
): Promise<Reply> {
  const { host = "", origin } = request.headers;
  // A foreign name that points here (DNS rebinding) is not this machine's own name.
  const isOurs = isLoopback(request.socket.remoteAddress ?? "") && isLocalName(host.replace(/:\d+$/, ""));
  if (!isOurs || origin !== undefined) {
    return jsonReply(403, { error: "The admin interface is for programs on this machine only." });
  }
  try {
    const end = AbortSignal.any([context.closing, gone]);
    return answer(`${request.method} ${what}`, await readObject(request, readBody), context, end);
  } catch (error) {
    return jsonReply(400, { error: error instanceof RangeError ? error.message : "The body is not JSON." });
  }
}

function answer(what: string, body: object, context: Context, end: AbortSignal): Reply {
  switch (what) {
    case "GET state":
      return jsonReply(200, stateOf(context));
    case "GET settings":
      return jsonReply(200, context.settings);
    case "POST settings":
      configure(context, body);
      return jsonReply(200, context.settings);
    case "POST faults":
      armFault(context, body);
      return jsonReply(200, { armed: context.faults.armed() });
    case "GET faults":
      return jsonReply(200, { armed: context.faults.armed() });
    case "DELETE faults":
      context.faults.clear();
      return done;
    case "GET events":
      return { status: 200, contentType: "application/x-ndjson", pieces: announcements(context.events, end) };
    case "POST finish":
      context.jobs.finishRunning();
      return done;
    case "POST reset":
      reset(context);
      return done;
    default:
      return jsonReply(404, { error: "There is no such part of the admin interface." });
  }
}

function stateOf(context: Context): object {
  const { ledger, faults, jobs, images, s3, settings } = context;
  return {
    ...ledger.report(),
    balance: balanceOf(context),
    remembered: jobs.size,
    uploads: images.uploads,
    pictures: images.encoder,
    openUploads: s3.uploads.size,
    faults: faults.armed(),
    settings,
  };
}

/** Changes settings, durably. Throws a RangeError for what is not a setting. */
export function configure(context: Context, changes: object): void {
  context.settings = changeSettings(context.settings, changes);
  context.journal.write({ kind: "settings", changes });
}

/** Forgets jobs, uploads, stored objects, counts and faults, and puts the settings back to what they were at the start. */
export function reset(context: Context): void {
  context.journal.clear();
  context.jobs.clear();
  context.images.clear();
  context.s3.clear();
  context.ledger.reset();
  context.faults.clear();
  context.settings = context.startSettings;
}

function armFault({ faults }: Context, body: object): void {
  const { fault, count = 1, call } = body as Record<string, unknown>;
  if (typeof fault !== "string") throw new RangeError('Name a fault: {"fault": "503"}.');
  if (typeof count !== "number") throw new RangeError("A fault's count is a whole number from 1 up.");
  if (call !== undefined && typeof call !== "string") throw new RangeError("The call is a string.");
  faults.arm(fault, count, call);
}

async function readObject(
  request: IncomingMessage,
  readBody: (request: IncomingMessage) => Promise<Buffer | undefined>,
): Promise<object> {
  const text = (await readBody(request))?.toString("utf8") ?? "";
  if (text.trim() === "") return {};
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null) throw new RangeError("The body is not a JSON object.");
  return parsed;
}
