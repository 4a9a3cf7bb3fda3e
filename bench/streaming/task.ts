/** What a contender's process is started with. */
export interface Contender {
  /** "upload": our node; "pipe": the node of bare-pipe.ts. */
  name: "upload" | "pipe";
  /** Where the pictures are: a path names how many bytes one has. */
  pictures: string;
  /** The store's endpoint. */
  store: string;
  /** Pictures that are stored at once. */
  atOnce: number;
}

/** What one round needed. */
export interface Round {
  seconds: number;
  /** Of CPU time, in this process. */
  cpuSeconds: number;
  /** MB of memory when Node-RED has started. */
  started: number;
  /** MB of memory before the first round: the S3 client is loaded as well. */
  idle: number;
  /** MB of memory at its worst, over all rounds. */
  peak: number;
}

export const BUCKET = "pictures";

/** Of a store that looks at no signature. */
export const KEYS = { accessKeyId: "bench", secretAccessKey: "bench-secret" };
