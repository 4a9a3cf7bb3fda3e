import { FluxError } from "../errors";
import { firstSentence } from "./first-sentence";

/** Failed requests in a row, of at least two jobs, that open the breaker; and how long it stays open, in ms. */
const FAILURES = 5;
const JOBS = 2;
const OPEN_FOR = 30_000;

/** Failures closer together than this, in ms, are one: jobs that shared a request fail together. */
const SAME_REQUEST = 100;

/** How soon others look again while one job goes first, in ms; and when a job that never came back is given up. */
const LOOK_AGAIN = 1000;
const PROBE_LOST = 120_000;

/**
 * Stops a dead key or a dead service from being asked once per message. After five failed requests in a row nothing is
 * sent for half a minute; then one job goes first, and the others follow when it got through.
 */
export class Breaker {
  #failures = 0;
  readonly #jobs = new Set<string>();
  #lastFailureAt = Number.NEGATIVE_INFINITY;
  #last: FluxError | undefined;
  #closedAgainAt = 0;
  #probingSince: number | undefined;
  readonly #now: () => number;

  /** @param now a clock in ms that is never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @throws FluxError with the code of the failures that opened the breaker, while it is open; its `retryAfter` says how
   * long that will be.
   */
  check(): void {
    if (!this.#isOpen() || !this.#last) return;
    const now = this.#now();
    const probing = this.#probingSince !== undefined && now - this.#probingSince < PROBE_LOST;
    if (now >= this.#closedAgainAt && !probing) {
      this.#probingSince = now;
      return;
    }
    const left = probing ? LOOK_AGAIN : this.#closedAgainAt - now;
    const { code, message, cause } = this.#last;
    // That request must not be repeated, as it may have been paid for. What is held back here was never sent.
    const mayBePaid = cause.billed === "unknown";
    const happened = mayBePaid ? firstSentence(message) : message;
    throw new FluxError(
      code,
      `${this.#failures} requests in a row failed, the last one so: ${happened} Nothing more is sent for ${Math.ceil(left / 1000)} s.`,
      {
        ...cause,
        requestId: undefined,
        billed: "no",
        retryable: cause.retryable || (mayBePaid && code !== "FLUX_CONFIG"),
      },
      left,
      "service",
    );
  }

  /** The service answered. */
  succeeded(): void {
    this.#failures = 0;
    this.#jobs.clear();
    this.#last = undefined;
    this.#probingSince = undefined;
  }

  /** A job's request failed; a failure that is about that job alone shows that the service is there. */
  failed(job: string, error: FluxError): void {
    if (error.scope === "job") {
      this.succeeded();
      return;
    }
    const now = this.#now();
    this.#jobs.add(job);
    this.#last = error;
    this.#probingSince = undefined;
    if (now - this.#lastFailureAt >= SAME_REQUEST) this.#failures += 1;
    this.#lastFailureAt = now;
    if (this.#isOpen()) this.#closedAgainAt = now + OPEN_FOR;
  }

  #isOpen(): boolean {
    return this.#failures >= FAILURES && this.#jobs.size >= JOBS;
  }
}
