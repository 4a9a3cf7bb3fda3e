import { createHash } from "node:crypto";
import type { FluxError } from "../errors";
import type { Attachment, FluxRequest } from "../models/request";
import { underSignals } from "./abort";
import type { Task } from "./provider";

/** How many uploads are remembered; the least recently used goes first. */
const MOST_REMEMBERED = 500;
/** How long an upload is relied on, in ms. The services do not say how long they keep them. */
const RELIED_ON = 6 * 60 * 60 * 1000;

/** Jobs whose uploads are known; a job that ends takes itself out. */
const MOST_JOBS = 2000;

/** How a service takes pictures. */
interface UploadService {
  /** Uploads one picture, free of charge; gives what stands for it in a request. */
  upload(attachment: Attachment, signal: AbortSignal): Promise<string>;
  /** Whether a job may have failed because its uploads are not there any more. */
  mayBeForPictures(error: FluxError): boolean;
}

/** Uploads pictures, and knows which job relied on which upload. */
export interface Uploads {
  /** Uploads a task's attachments, each distinct picture once, and puts what stands for them into a copy of its request. */
  prepare(task: Task, signal: AbortSignal): Promise<FluxRequest>;
  /** The job failed: where that may be for its uploads, they are not relied on any more. */
  failed(id: string, error: FluxError): void;
  /** The job has ended, with these errors. */
  ended(id: string, errors: readonly FluxError[]): void;
}

/** One upload under way or done, shared by everybody who has the same bytes. */
interface Upload {
  name: Promise<string>;
  /** On the clock that nobody sets. */
  startedAt: number;
  interested: number;
  done: boolean;
  forget: () => void;
  abandon: () => void;
}

export function createUploads(service: UploadService): Uploads {
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
      name: service.upload(attachment, abandonment.signal),
      startedAt: performance.now(),
      interested: 0,
      done: false,
      forget,
      abandon: () => {
        forget();
        abandonment.abort(new Error("nobody waits for this upload any more"));
      },
    };
    upload.name.then(() => {
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

  const nameOf = async (upload: Upload, signal: AbortSignal): Promise<string> => {
    upload.interested += 1;
    try {
      return await underSignals([signal], () => upload.name);
    } finally {
      upload.interested -= 1;
      if (upload.interested === 0 && !upload.done) upload.abandon();
    }
  };

  const failed: Uploads["failed"] = (id, error) => {
    if (!service.mayBeForPictures(error)) return;
    for (const { forget } of byJob.get(id) ?? []) forget();
  };

  return {
    prepare: async ({ id, request, attachments }, signal) => {
      signal.throwIfAborted();
      const used = attachments.map(shared);
      const names = await Promise.all(used.map((upload) => nameOf(upload, signal)));
      remember(id, used);
      let prepared = request;
      for (const [index, { path }] of attachments.entries()) prepared = replacedAt(prepared, path, names[index]);
      return prepared;
    },
    failed,
    ended: (id, errors) => {
      for (const error of errors) failed(id, error);
      byJob.delete(id);
    },
  };
}

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
