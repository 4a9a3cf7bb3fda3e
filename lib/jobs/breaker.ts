import { FluxError } from "../errors";

/** Failures in a row that open the breaker, and how long it stays open, in ms. */
const FAILURES = 5;
const OPEN_FOR = 30_000;

/** Failures that say something about the service or the key, not about one request. */
const COUNTED = new Set(["FLUX_AUTH", "FLUX_QUOTA", "FLUX_NETWORK", "FLUX_PROVIDER"]);

/**
 * Stops a dead key or a dead service from being asked once per message. After five failures in a row nothing is sent
 * for half a minute; then one job goes first, and the others follow when it got through.
 */
export class Breaker {
  #failures = 0;
  #closedAgainAt = 0;
  #last: FluxError | undefined;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws FluxError with the code of the failures that opened the breaker, while it is open. */
  check(): void {
    if (this.#failures < FAILURES || !this.#last) return;
    const now = this.#now();
    if (now >= this.#closedAgainAt) {
      // This caller is the probe; the others wait for what it finds.
      this.#closedAgainAt = now + OPEN_FOR;
      return;
    }
    const seconds = Math.ceil((this.#closedAgainAt - now) / 1000);
    throw new FluxError(
      this.#last.code,
      `${this.#failures} requests in a row failed, the last one so: ${this.#last.message} Nothing more is sent for ${seconds} s.`,
      { ...this.#last.cause, requestId: undefined, billed: "no" },
    );
  }

  /** A request got through. */
  succeeded(): void {
    this.#failures = 0;
    this.#last = undefined;
  }

  /** A request failed; failures that are about one request only count as having got through. */
  failed(error: FluxError): void {
    if (!COUNTED.has(error.code)) {
      if (error.cause.status !== undefined && error.cause.status < 500) this.succeeded();
      return;
    }
    this.#failures += 1;
    this.#last = error;
    if (this.#failures === FAILURES) this.#closedAgainAt = this.#now() + OPEN_FOR;
  }
}
