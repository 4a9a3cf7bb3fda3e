import { PassingSet } from "./passing";
import type { Signal } from "./signal";

/** Those who wait for their turn, called up in their order of arrival. */
export class Line {
  // A Set keeps arrival order and forgets who left without a search.
  readonly #waiting = new PassingSet<() => void>();

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Queues up.
   *
   * @param take runs in the very turn of the call, so that what is taken is taken before the next one is called.
   * @returns resolves with what `take` gave; rejects with the signal's reason, and the place goes to the one behind.
   */
  join<Taken>(signal: Signal, take: () => Taken): Promise<Taken> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        this.#waiting.delete(place);
        reject(signal.reason);
      };
      const call = () => {
        this.#waiting.delete(place);
        signal.removeEventListener("abort", leave);
        try {
          resolve(take());
        } catch (error) {
          reject(error);
        }
      };
      const place = this.#waiting.add(call);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Calls the first one up; nobody may be there. */
  callNext(): void {
    const [first] = this.#waiting;
    first?.();
  }
}
