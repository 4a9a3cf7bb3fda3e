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
  /** Paid requests in any minute; 0: no limit. */
  requestsPerMinute: { type: "integer", minimum: 0, maximum: 100_000, default: 0 },
  /** US dollars that jobs may cost in any hour; 0: no limit. */
  dollarsPerHour: { type: "number", minimum: 0, maximum: 1_000_000, default: 0 },
  /** US dollars that jobs may cost in any 24 hours; 0: no limit. */
  dollarsPerDay: { type: "number", minimum: 0, maximum: 1_000_000, default: 0 },
  /** Pictures that may be asked for in any hour; 0: no limit. */
  picturesPerHour: { type: "integer", minimum: 0, maximum: 10_000_000, default: 0 },
  /** Pictures that may be asked for in any 24 hours; 0: no limit. */
  picturesPerDay: { type: "integer", minimum: 0, maximum: 10_000_000, default: 0 },
  /** US dollars that one picture is taken to cost while the service has not told a price; 0: not known. */
  pricePerPicture: { type: "number", minimum: 0, maximum: 1000, default: 0 },
  /** Hours that the record of a settled job serves repeated triggers and `msg.resume`; 30 days at most. */
  keepResults: { type: "number", minimum: 0, maximum: 720, default: 24 },
  /** Days that a job waits for a node that is absent from the flows. */
  keepAbsent: { type: "number", minimum: 1, maximum: 365, default: 7 },
} as const;
