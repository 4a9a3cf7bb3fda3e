import { Line } from "./line";
import type { Signal } from "./signal";

/** At most `most` passes in any `per` ms; 0: as many as come. */
export interface Pacing {
  most: number;
  per: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Lets requests pass at a pace, in their order of arrival, and holds all of them back when the service asks for a pause.
 * Those that may pass do so in one turn of the event loop, so that requests which share a POST still do.
 */
export class Turnstile {
  #pacing: Pacing;
  readonly #now: () => number;
  readonly #line = new Line();
  // When the last ones passed, oldest first: no more of them than count.
  #passed: number[] = [];
  #closedUntil = NEVER;
  #timer: NodeJS.Timeout | undefined;

  /** @param now a clock in ms that is never set back. */
  constructor(pacing: Pacing, now: () => number = () => performance.now()) {
    this.#pacing = pacing;
    this.#now = now;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Ms until one more may pass, those who wait already not counted; 0: at once. */
  get opensIn(): number {
    // Neither a pace nor a pause, as mostly: the clock need not be read.
    if (this.#pacing.most === 0 && this.#closedUntil === NEVER) return 0;
    const now = this.#now();
    return Math.max(0, this.#closedUntil - now, this.#nextFreeAt(now) - now);
  }

  /** Ms that are left of a pause. */
  get closedFor(): number {
    return this.#closedUntil === NEVER ? 0 : Math.max(0, this.#closedUntil - this.#now());
  }

  /** Ms since 1970 when one more may pass, those who wait already not counted. */
  get openAt(): number {
    return Date.now() + this.opensIn;
  }

  /** Passes if that may be done at once; otherwise it is to be waited for with `enter`. */
  passes(signal: Signal): boolean {
    if (this.#line.length > 0 || signal.aborted || this.opensIn > 0) return false;
    this.#count();
    return true;
  }

  /** Passes, at once or when it is time. Rejects with the signal's reason. */
  enter(signal: Signal): Promise<void> {
    if (this.passes(signal)) return Promise.resolve();
    const passing = this.#line.join(signal, () => {});
    this.#letPass();
    // A pause may be long, and its timer would keep the process when nobody waits for it any more.
    passing.catch(() => this.#letPass());
    return passing;
  }

  /** Lets nobody pass for so many ms; a pause under way is never shortened. */
  pause(milliseconds: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#now() + milliseconds);
    this.#letPass();
  }

  /** Changes the pace; what has passed counts against the new one. */
  protected change(pacing: Pacing): void {
    this.#pacing = pacing;
    this.#letPass();
  }

  #letPass(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#line.length > 0 && this.opensIn === 0) {
      this.#count();
      this.#line.callNext();
    }
    if (this.#line.length > 0) this.#timer = setTimeout(() => this.#letPass(), Math.ceil(this.opensIn) + 1);
  }

  #count(): void {
    if (this.#pacing.most > 0) this.#passed.push(this.#now());
  }

  /** When the oldest of the passes that fill the pace does not count any more. */
  #nextFreeAt(now: number): number {
    const { most, per } = this.#pacing;
    if (most === 0) return NEVER;
    if (this.#passed.length > most) this.#passed = this.#passed.slice(-most);
    const oldest = this.#passed.at(-most);
    return oldest === undefined ? now : oldest + per;
  }
}
