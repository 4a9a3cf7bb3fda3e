/** The numbers in an account dialog: what the editor accepts is what the runtime takes. */
export const ACCOUNT_RANGES = {
  /** Jobs at once. Runware recommends 2 to 4 for steady work. */
  concurrency: { type: "integer", minimum: 1, maximum: 10_000, default: 4 },
  /** Messages that may wait for their turn. */
  line: { type: "integer", minimum: 0, maximum: 1_000_000, default: 1000 },
  /** Seconds from submit; a day at most, because timers overflow at 24.8 days. */
  timeout: { type: "number", minimum: 1, maximum: 86_400, default: 600 },
  /** Repetitions after the first try. */
  retries: { type: "integer", minimum: 0, maximum: 20, default: 4 },
  /** Seconds from the deploy that deleted a node: time to take the deletion back. */
  cancelAfter: { type: "number", minimum: 0, maximum: 3600, default: 60 },
} as const;
