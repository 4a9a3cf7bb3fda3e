import { createHash, randomUUID } from "node:crypto";
import { FluxError } from "../../errors";
import type { Attachment, FluxRequest } from "../../models/request";
import type { Task } from "../provider";
import { underSignals } from "./abort";
import { familyOf } from "./error-family";
import { type FreeCall, runFreeTask } from "./free-task";
import { type Item, serialiseTask } from "./wire";

/** How many uploads are remembered; the least recently used goes first. */
const MOST_REMEMBERED = 500;
/** How long an upload is relied on, in ms. The service does not say how long it keeps them. */
const RELIED_ON = 6 * 60 * 60 * 1000;

/** Jobs whose uploads are known; a job that ends takes itself out. */
const MOST_JOBS = 2000;

/** Uploads pictures, and knows which job relied on which upload. */
export interface Uploads {
  /** Uploads a task's attachments, each distinct picture once, and puts their ids into a copy of its request. */
  prepare(task: Task, signal: AbortSignal): Promise<FluxRequest>;
  /** The job failed: where that may be for its uploads, they are not relied on any more. */
  failed(id: string, error: FluxError): void;
  /** The job has ended. */
  release(id: string): void;
}

/** One upload under way or done, shared by everybody who has the same bytes. */
interface Upload {
  uuid: Promise<string>;
  /** On the clock that nobody sets. */
  startedAt: number;
  interested: number;
  done: boolean;
  forget: () => void;
  abandon: () => void;
}

export function createUploads(how: FreeCall): Uploads {
  // A Map keeps insertion order; entries move to its end when they are used.
  const uploads = new Map<string, Upload>();
  const byJob = new Map<string, readonly Upload[]>();

  const remember = (id: string, used: readonly Upload[]) => {
    byJob.delete(id);
    if (used.length > 0) byJob.set(id, used);
    const [oldest] = byJob.keys();
    if (oldest !== undefined && byJob.size > MOST_JOBS) byJob.delete(oldest);
  };

  const start = (hash: string, attachment: Attachment): Upload => {
    const abandonment = new AbortController();
    // Only this upload: in the meantime there may be a fresh one of the same picture.
    const forget = () => {
      if (uploads.get(hash) === upload) uploads.delete(hash);
    };
    const upload: Upload = {
      uuid: send(how, attachment, abandonment.signal),
      startedAt: performance.now(),
      interested: 0,
      done: false,
      forget,
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
    const upload = known && performance.now() - known.startedAt < RELIED_ON ? known : start(hash, attachment);
    uploads.delete(hash);
    uploads.set(hash, upload);
    for (const [oldest, { done }] of uploads) {
      if (uploads.size <= MOST_REMEMBERED) break;
      if (done) uploads.delete(oldest);
    }
    return upload;
  };

  const uuidOf = async (upload: Upload, signal: AbortSignal): Promise<string> => {
    upload.interested += 1;
    try {
      return await underSignals([signal], () => upload.uuid);
    } finally {
      upload.interested -= 1;
      if (upload.interested === 0 && !upload.done) upload.abandon();
    }
  };

  return {
    prepare: async ({ id, request, attachments }, signal) => {
      signal.throwIfAborted();
      const used = attachments.map(shared);
      const uuids = await Promise.all(used.map((upload) => uuidOf(upload, signal)));
      remember(id, used);
      let prepared = request;
      for (const [index, { path }] of attachments.entries()) prepared = replacedAt(prepared, path, uuids[index]);
      return prepared;
    },
    failed: (id, error) => {
      if (!mayBeForPictures(error)) return;
      for (const { forget } of byJob.get(id) ?? []) forget();
    },
    release: (id) => {
      byJob.delete(id);
    },
  };
}

/** The service does not say how long it keeps an upload; one that is gone is not found, or its parameter is not valid. */
function mayBeForPictures({ cause: { providerCode, parameter, status = 200 } }: FluxError): boolean {
  return familyOf(providerCode, status) === "notFound" || /image|mask|inputs/i.test(parameter ?? "");
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
