import { Turnstile } from "../turnstile";

const MINUTE = 60_000;

const perMinute = (requests: number) => ({ most: requests, per: MINUTE });

/**
 * What every paid request of a key passes before it leaves: it counts them, so that no minute has more than the account
 * allows, and closes for all of them when the service answers one with `Retry-After`.
 */
export class Gate extends Turnstile {
  /** @param requestsPerMinute 0: no limit. */
  constructor(requestsPerMinute = 0, now?: () => number) {
    super(perMinute(requestsPerMinute), now);
  }

  resize(requestsPerMinute: number): void {
    this.change(perMinute(requestsPerMinute));
  }
}
