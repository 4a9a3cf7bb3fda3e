import { createHash } from "node:crypto";
import { digestOf } from "../digest";

/** How many uploads are remembered; the least recently used goes first. */
const MOST_REMEMBERED = 500;
/** How long an upload is relied on, in ms. The services do not say how long they keep them. */
const RELIED_ON = 6 * 60 * 60 * 1000;

/** A finished upload. */
export interface Uploaded {
  /** What stands for the picture in a request. */
  name: string;
  /** When the upload began, on the clock that nobody sets. */
  startedAt: number;
}

/** Where uploads go, and whose they are. */
export interface UploadPlace {
  provider: string;
  /** Where uploads are asked for. */
  address: string;
  apiKey: string;
}

/** Finished uploads by place and picture; it outlives the clients, which come and go with the account nodes. */
export interface UploadMemory {
  find(id: string): Uploaded | undefined;
  keep(id: string, uploaded: Uploaded): void;
  /** Only this upload: in the meantime there may be a fresh one of the same picture. */
  forget(id: string, uploaded: Uploaded): void;
}

export function createUploadMemory(): UploadMemory {
  // A Map keeps insertion order; entries move to its end when they are used.
  const remembered = new Map<string, Uploaded>();

  const keep: UploadMemory["keep"] = (id, uploaded) => {
    remembered.delete(id);
    remembered.set(id, uploaded);
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size > MOST_REMEMBERED) remembered.delete(oldest);
  };

  return {
    find: (id) => {
      const uploaded = remembered.get(id);
      if (!uploaded) return undefined;
      if (performance.now() - uploaded.startedAt < RELIED_ON) keep(id, uploaded);
      else remembered.delete(id);
      return remembered.get(id);
    },
    keep,
    forget: (id, uploaded) => {
      if (remembered.get(id) === uploaded) remembered.delete(id);
    },
  };
}

/** What this process has uploaded. */
export const processMemory: UploadMemory = createUploadMemory();

/**
 * Names pictures at a place: equal for equal bytes, and without the key, of which only a digest goes in.
 */
export function pictureIds({ provider, address, apiKey }: UploadPlace): (bytes: Buffer) => Promise<string> {
  const place = createHash("sha256")
    .update(JSON.stringify([provider, address, apiKey]))
    .digest("hex");
  return async (bytes) => `${place}/${await digestOf(bytes)}`;
}
