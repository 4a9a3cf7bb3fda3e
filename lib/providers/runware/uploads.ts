import { createHash, randomUUID } from "node:crypto";
import { FluxError } from "../../errors";
import type { Attachment, FluxRequest } from "../../models/request";
import type { Task } from "../provider";
import { underSignals } from "./abort";
import { type FreeCall, runFreeTask } from "./free-task";
import { type Item, serialiseTask } from "./wire";

/** How many uploads are remembered; the least recently used goes first. */
const MOST_REMEMBERED = 500;
/** How long an upload is relied on, in ms. The service does not say how long it keeps them. */
const RELIED_ON = 6 * 60 * 60 * 1000;

/** One upload under way or done, shared by everybody who has the same bytes. */
interface Upload {
  uuid: Promise<string>;
  startedAt: number;
  interested: number;
  done: boolean;
  abandon: () => void;
}

/** Uploads pictures, each distinct one once, and puts their ids into requests. */
export function createPrepare(how: FreeCall): (task: Task, signal: AbortSignal) => Promise<FluxRequest> {
  // A Map keeps insertion order; entries move to its end when they are used.
  const uploads = new Map<string, Upload>();

  const start = (hash: string, attachment: Attachment): Upload => {
    const abandonment = new AbortController();
    const forget = () => {
      if (uploads.get(hash) === upload) uploads.delete(hash);
    };
    const upload: Upload = {
      uuid: send(how, attachment, abandonment.signal),
      startedAt: Date.now(),
      interested: 0,
      done: false,
      abandon: () => {
        forget();
        abandonment.abort(new Error("nobody waits for this upload any more"));
      },
    };
    upload.uuid.then(() => {
      upload.done = true;
    }, forget);
    return upload;
  };

  const shared = (attachment: Attachment): Upload => {
    const hash = createHash("sha256").update(attachment.bytes).digest("hex");
    const known = uploads.get(hash);
    const upload = known && Date.now() - known.startedAt < RELIED_ON ? known : start(hash, attachment);
    uploads.delete(hash);
    uploads.set(hash, upload);
    for (const [oldest, { done }] of uploads) {
      if (uploads.size <= MOST_REMEMBERED) break;
      if (done) uploads.delete(oldest);
    }
    return upload;
  };

  const uuidOf = async (attachment: Attachment, signal: AbortSignal): Promise<string> => {
    const upload = shared(attachment);
    upload.interested += 1;
    try {
      return await underSignals([signal], () => upload.uuid);
    } finally {
      upload.interested -= 1;
      if (upload.interested === 0 && !upload.done) upload.abandon();
    }
  };

  return async ({ request, attachments }, signal) => {
    signal.throwIfAborted();
    const uuids = await Promise.all(attachments.map((attachment) => uuidOf(attachment, signal)));
    let prepared = request;
    for (const [index, { path }] of attachments.entries()) prepared = replacedAt(prepared, path, uuids[index]);
    return prepared;
  };
}

const send = (how: FreeCall, attachment: Attachment, signal: AbortSignal): Promise<string> => {
  const image = `data:${attachment.contentType};base64,${attachment.bytes.toString("base64")}`;
  const upload = { task: serialiseTask("imageUpload", randomUUID(), { image }), read: idIn, otherwise: withoutId };
  return runFreeTask(how, upload, signal);
};

/** Both generations of answers. */
function idIn({ imageUUID, mediaUUID }: Item): string | undefined {
  const uuid = imageUUID ?? mediaUUID;
  return typeof uuid === "string" && uuid !== "" ? uuid : undefined;
}

const withoutId = (): FluxError =>
  new FluxError("FLUX_PROVIDER", "Runware took an input picture but gave no id for it. Nothing was paid.", {
    provider: "runware",
    retryable: true,
  });

/** A copy of `request` with `value` at `path`; what is not on the path is shared with the original. */
function replacedAt(request: FluxRequest, path: Attachment["path"], value: unknown): FluxRequest {
  const replaced = replacedIn(request, path, value);
  return replaced as FluxRequest;
}

function replacedIn(node: unknown, path: Attachment["path"], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(node)) {
    return node.map((element, index) => (index === step ? replacedIn(element, rest, value) : element));
  }
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node);
  return Object.fromEntries(
    entries.map(([name, child]) => [name, name === step ? replacedIn(child, rest, value) : child]),
  );
}
