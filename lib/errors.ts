/** What a flow author can branch on in a Catch node (`msg.error.code`). */
export type ErrorCode =
  | "FLUX_CONFIG"
  | "FLUX_VALIDATION"
  | "FLUX_AUTH"
  | "FLUX_QUOTA"
  | "FLUX_RATE_LIMIT"
  | "FLUX_CONTENT_POLICY"
  | "FLUX_PROVIDER"
  | "FLUX_TIMEOUT"
  | "FLUX_NETWORK"
  | "FLUX_OUTCOME_UNKNOWN"
  | "FLUX_CANCELLED"
  | "FLUX_BUSY"
  | "FLUX_STORAGE";

/** Whether money was spent: "unknown" means that the service may have taken the job although no answer arrived. */
export type Billed = "no" | "yes" | "unknown";

/** One thing wrong with a request. Prompts and pictures are described by length or kind, never quoted. */
export interface Violation {
  /** The provider's parameter name, as a path: `controlNet[1].endStep`. */
  parameter: string;
  /** A whole sentence: what is wrong and what would be right. */
  message: string;
  /** The offending value, or a description of it where the value is a prompt or a picture. */
  value?: unknown;
  /** What would be accepted, in words: "128 to 2048 in steps of 16". */
  allowed?: string;
}

/** The structured part of an error; Node-RED hands it to Catch nodes as `msg.error.cause`. */
export interface ErrorCause {
  provider?: string;
  /** HTTP status, where there was one. */
  status?: number;
  /** The service's own error code, verbatim. */
  providerCode?: string;
  parameter?: string;
  /** The id under which the service knows the job. */
  requestId?: string;
  /** When the account takes requests again, as an ISO 8601 time, where a limit or repeated failures hold it back. */
  opensAt?: string;
  retryable: boolean;
  billed: Billed;
  violations: Violation[];
}

/**
 * The only error class that leaves this pack. `message` is a sentence that a flow author can act on; it never holds
 * keys, signed queries, prompts or picture bytes.
 */
export class FluxError extends Error {
  override readonly name = "FluxError";
  readonly code: ErrorCode;
  override readonly cause: ErrorCause;
  /** How long the service asked us to wait, in milliseconds. Kept off `cause`: it is ours, not the author's. */
  readonly retryAfter: number | undefined;
  /** Whether the failure is about this one job, or about the key or the service and so about every job. */
  readonly scope: "job" | "service";

  constructor(
    code: ErrorCode,
    message: string,
    cause: Partial<ErrorCause> = {},
    retryAfter?: number,
    scope: "job" | "service" = "job",
  ) {
    super(message);
    this.code = code;
    this.cause = readable({ retryable: false, billed: "no", violations: [], ...cause });
    this.retryAfter = retryAfter;
    this.scope = scope;
  }
}

/**
 * Node-RED's debug sidebar shows a cause as a string, which would be "[object Object]". Offending values are left out:
 * they may be what JSON does not know.
 */
const readable = (cause: ErrorCause): ErrorCause =>
  Object.defineProperty(cause, "toString", {
    value: () => JSON.stringify(cause, (name, value: unknown) => (name === "value" ? undefined : value)),
  });
