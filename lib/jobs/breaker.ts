import { type ErrorCode, FluxError } from "../errors";
import { Line } from "../line";
import type { Signal } from "../signal";
import { firstSentence } from "./first-sentence";

/** Failed requests in a row, of at least two jobs, that open the breaker; and how long it stays open, in ms. */
const FAILURES = 5;
const JOBS = 2;
const OPEN_FOR = 30_000;

/** How soon others look again while one job goes first, in ms; and when a job that never came back is given up. */
const LOOK_AGAIN = 1000;
const PROBE_LOST = 120_000;

/** How long a service is trusted to take requests after the last one that it took, in ms; and how long it may take to refuse one. */
const TRUSTED_FOR = 60_000;
const REFUSED_WITHIN = 3000;

/** Requests on their way at once while the key is not trusted; one at a time when it was refused. */
const FIRST_REQUESTS = 2;

/** Refusals of a key or an account, which no other request would be spared. */
const REFUSALS = new Set<ErrorCode>(["FLUX_AUTH", "FLUX_QUOTA", "FLUX_CONFIG"]);

/** Says that a request has ended; called once. */
type Leave = () => void;

/**
 * Stops a dead key or a dead service from being asked once per message. After five failed requests in a row nothing is
 * sent for half a minute; then one job goes first, and the others follow when it got through.
 *
 * However many jobs begin at once, only a few go ahead until the service has taken one, or has not refused it for some
 * seconds: otherwise all of them would be on their way before the first refusal is heard.
 */
export class Breaker {
  #failures = 0;
  readonly #jobs = new Set<string>();
  #lastFailureAt = Number.NEGATIVE_INFINITY;
  #last: FluxError | undefined;
  #closedAgainAt = 0;
  #probingSince: number | undefined;
  #trustedUntil = Number.NEGATIVE_INFINITY;
  #refused = false;
  #onTheirWay = 0;
  readonly #waiting = new Line();
  #trusting: NodeJS.Timeout | undefined;
  /** A clock in ms that is never set back. */
  readonly now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /**
   * Lets a paid request go ahead, at once or when it may.
   *
   * @param together how many of them travel in one HTTP request.
   * @returns what is to be called when the request has ended; a promise of it only where there is something to wait for,
   * which rejects with the signal's reason, and as `check` throws.
   * @throws FluxError as `check` does.
   */
  enter(signal: Signal, together = 1): Leave | Promise<Leave> {
    return this.check() || this.#mayGoAhead(together) ? this.#goAhead() : this.#wait(signal, together);
  }

  async #wait(signal: Signal, together: number): Promise<Leave> {
    do {
      this.#trusting ??= setTimeout(() => this.#trust(), REFUSED_WITHIN);
      await this.#waiting.join(signal, () => {});
    } while (!this.check() && !this.#mayGoAhead(together));
    return this.#goAhead();
  }

  #goAhead(): Leave {
    this.#onTheirWay += 1;
    return this.#leave;
  }

  readonly #leave: Leave = () => {
    this.#onTheirWay -= 1;
    this.#lookAgain();
  };

  #mayGoAhead(together: number): boolean {
    if (!this.#refused && this.now() < this.#trustedUntil) return true;
    return this.#onTheirWay < (this.#refused ? 1 : Math.max(FIRST_REQUESTS, together));
  }

  /** The service has taken a request, or has not refused one for some time. */
  #trust(): void {
    this.#refused = false;
    this.#trustedUntil = this.now() + TRUSTED_FOR;
    this.#lookAgain();
  }

  #lookAgain(): void {
    clearTimeout(this.#trusting);
    this.#trusting = undefined;
    for (let waiting = this.#waiting.length; waiting > 0; waiting -= 1) this.#waiting.callNext();
  }

  /**
   * @throws FluxError with the code of the failures that opened the breaker, while it is open; its `retryAfter` says how
   * long that will be.
   * @returns whether this one goes first while the others still wait.
   */
  check(): boolean {
    if (!this.#isOpen() || !this.#last) return false;
    const now = this.now();
    const probing = this.#probingSince !== undefined && now - this.#probingSince < PROBE_LOST;
    if (now >= this.#closedAgainAt && !probing) {
      this.#probingSince = now;
      return true;
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
        opensAt: new Date(Date.now() + left).toISOString(),
        retryable: cause.retryable || (mayBePaid && code !== "FLUX_CONFIG"),
      },
      left,
      "service",
    );
  }

  /** The service answered. */
  succeeded(): void {
    this.#failures = 0;
    if (this.#jobs.size > 0) this.#jobs.clear();
    this.#last = undefined;
    this.#probingSince = undefined;
    this.#trust();
  }

  /**
   * A job's request failed; a failure that is about that job alone shows that the service is there.
   *
   * @param sentAt when it left, by the breaker's clock. What was on its way before the last failure was heard tells nothing new.
   */
  failed(job: string, error: FluxError, sentAt = this.now()): void {
    if (error.scope === "job") {
      this.succeeded();
      return;
    }
    const now = this.now();
    this.#jobs.add(job);
    this.#last = error;
    this.#probingSince = undefined;
    if (REFUSALS.has(error.code)) this.#refused = true;
    if (sentAt > this.#lastFailureAt) {
      this.#failures += 1;
      this.#lastFailureAt = now;
    }
    if (this.#isOpen()) this.#closedAgainAt = now + OPEN_FOR;
  }

  #isOpen(): boolean {
    return this.#failures >= FAILURES && this.#jobs.size >= JOBS;
  }
}
