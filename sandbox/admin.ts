import type { IncomingMessage } from "node:http";
import { isLocalName, isLoopback } from "../lib/net/loopback";
import { balanceOf, type Context } from "./context";
import { changeSettings } from "./settings";

interface AdminAnswer {
  status: number;
  body: object;
}

const done: AdminAnswer = { status: 200, body: { ok: true } };

/** Answers `/admin/<what>`: for this machine only, and not for web pages that happen to be open on it. */
export async function answerAdmin(
  what: string,
  request: IncomingMessage,
  context: Context,
  readBody: (request: IncomingMessage) => Promise<Buffer | undefined>,
): Promise<AdminAnswer> {
  const { host = "", origin } = request.headers;
  // A foreign name that points here (DNS rebinding) is not this machine's own name.
  const isOurs = isLoopback(request.socket.remoteAddress ?? "") && isLocalName(host.replace(/:\d+$/, ""));
  if (!isOurs || origin !== undefined) {
    return { status: 403, body: { error: "The admin interface is for programs on this machine only." } };
  }
  try {
    return answer(`${request.method} ${what}`, await readObject(request, readBody), context);
  } catch (error) {
    return { status: 400, body: { error: error instanceof RangeError ? error.message : "The body is not JSON." } };
  }
}

function answer(what: string, body: object, context: Context): AdminAnswer {
  switch (what) {
    case "GET state":
      return { status: 200, body: stateOf(context) };
    case "GET settings":
      return { status: 200, body: context.settings };
    case "POST settings":
      configure(context, body);
      return { status: 200, body: context.settings };
    case "POST faults":
      armFault(context, body);
      return { status: 200, body: { armed: context.faults.armed() } };
    case "GET faults":
      return { status: 200, body: { armed: context.faults.armed() } };
    case "DELETE faults":
      context.faults.clear();
      return done;
    case "POST reset":
      reset(context);
      return done;
    default:
      return { status: 404, body: { error: "There is no such part of the admin interface." } };
  }
}

function stateOf(context: Context): object {
  const { ledger, faults, jobs, images, settings } = context;
  return {
    ...ledger.report(),
    balance: balanceOf(context),
    remembered: jobs.size,
    uploads: images.uploads,
    pictures: images.encoder,
    faults: faults.armed(),
    settings,
  };
}

/** Changes settings, durably. Throws a RangeError for what is not a setting. */
export function configure(context: Context, changes: object): void {
  context.settings = changeSettings(context.settings, changes);
  context.journal.write({ kind: "settings", changes });
}

/** Forgets jobs, uploads, counts and faults, and puts the settings back to what they were at the start. */
export function reset(context: Context): void {
  context.journal.clear();
  context.jobs.clear();
  context.images.clear();
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
