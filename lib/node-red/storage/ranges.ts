/** The numbers in the dialogs of the storage nodes: what the editor accepts is what the runtime takes. */
export const STORAGE_RANGES = {
  /** Repetitions of one request to the store after the first try. */
  retries: { type: "integer", minimum: 0, maximum: 20, default: 3 },
  /** Pictures that one node stores at once. */
  concurrency: { type: "integer", minimum: 1, maximum: 100, default: 4 },
  /** Seconds for one picture, from its turn on, or for the object that is waited for. */
  timeout: { type: "number", minimum: 1, maximum: 86_400, default: 300 },
  /** Of one picture. S3 takes 10,000 parts of the 5 MiB that ours have. */
  maxMegabytes: { type: "number", minimum: 1, maximum: 50_000, default: 512 },
  /** Seconds that a signed address works: seven days at most, by AWS's rule. */
  life: { type: "integer", minimum: 1, maximum: 604_800, default: 3600 },
} as const;
