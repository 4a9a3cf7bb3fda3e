import { underSignals } from "../abort";
import type { FluxError } from "../errors";
import { replacedAt } from "../models/paths";
import type { Attachment, FluxRequest } from "../models/request";
import { RecentMap } from "../recent-map";
import type { Signal } from "../signal";
import type { Task } from "./provider";
import { pictureIds, processMemory, type Uploaded, type UploadMemory, type UploadPlace } from "./upload-memory";

/** Jobs whose uploads are known; a job that ends takes itself out. */
const MOST_JOBS = 2000;

/** How a service takes pictures. */
interface UploadService {
  /** Uploads one picture, free of charge; gives what stands for it in a request. */
  upload(attachment: Attachment, signal: Signal): Promise<string>;
  /** Whether a job may have failed because its uploads are not there any more. */
  mayBeForPictures(error: FluxError): boolean;
}

/** Uploads pictures, and knows which job relied on which upload. */
export interface Uploads {
  /** Uploads a task's attachments, each distinct picture once, and puts what stands for them into a copy of its request. */
  prepare(task: Task, signal: Signal): Promise<FluxRequest>;
  /** The job failed: where that may be for its uploads, they are not relied on any more. */
  failed(id: string, error: FluxError): void;
  /** The job has ended, with these errors. */
  ended(id: string, errors: readonly FluxError[]): void;
}

/** One upload under way, shared by everybody who has the same bytes. */
interface UnderWay {
  uploaded: Promise<Uploaded>;
  interested: number;
  abandon: () => void;
}

/** An upload that a job relies on. */
interface Used {
  id: string;
  uploaded: Uploaded;
}

/** @param memory holds what is uploaded, for this client and those after it; uploads under way are the client's own. */
export function createUploads(
  service: UploadService,
  place: UploadPlace,
  memory: UploadMemory = processMemory,
): Uploads {
  const underWay = new Map<string, UnderWay>();
  const byJob = new RecentMap<string, readonly Used[]>(MOST_JOBS);
  const idOf = pictureIds(place);

  const remember = (id: string, used: readonly Used[]) => {
    if (used.length > 0) byJob.set(id, used);
    else byJob.delete(id);
  };

  const start = (id: string, attachment: Attachment): UnderWay => {
    const abandonment = new AbortController();
    const startedAt = performance.now();
    const ended = () => {
      if (underWay.get(id) === upload) underWay.delete(id);
    };
    const uploaded = service.upload(attachment, abandonment.signal).then((name) => {
      const finished = { name, startedAt };
      memory.keep(id, finished);
      return finished;
    });
    const upload: UnderWay = {
      uploaded,
      interested: 0,
      abandon: () => {
        ended();
        abandonment.abort(new Error("nobody waits for this upload any more"));
      },
    };
    uploaded.then(ended, ended);
    underWay.set(id, upload);
    return upload;
  };

  const upload = async (attachment: Attachment, signal: Signal): Promise<Used> => {
    const id = await idOf(attachment.bytes);
    signal.throwIfAborted();
    const known = memory.find(id);
    if (known) return { id, uploaded: known };
    const shared = underWay.get(id) ?? start(id, attachment);
    shared.interested += 1;
    try {
      return { id, uploaded: await underSignals([signal], () => shared.uploaded) };
    } finally {
      shared.interested -= 1;
      if (shared.interested === 0 && underWay.get(id) === shared) shared.abandon();
    }
  };

  const failed: Uploads["failed"] = (id, error) => {
    if (!service.mayBeForPictures(error)) return;
    for (const used of byJob.get(id) ?? []) memory.forget(used.id, used.uploaded);
  };

  return {
    prepare: async ({ id, request, attachments }, signal) => {
      signal.throwIfAborted();
      const used = await Promise.all(attachments.map((attachment) => upload(attachment, signal)));
      remember(id, used);
      let prepared = request;
      for (const [index, { path }] of attachments.entries()) {
        prepared = replacedAt(prepared, path, used[index]?.uploaded.name);
      }
      return prepared;
    },
    failed,
    ended: (id, errors) => {
      for (const error of errors) failed(id, error);
      byJob.delete(id);
    },
  };
}
