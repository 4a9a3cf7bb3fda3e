import { PassingSet, type Place } from "./passing";

/** Ends something, for a reason. */
type End = (reason: Error) => void;

/**
 * What is to end when somebody closes, such as the client of a service. An AbortSignal would do the same, but looks
 * through all of its listeners for each that comes or goes, and there may be thousands.
 */
export class Closing {
  #open = new PassingSet<End>();
  #reason: Error | undefined;

  /** Why it has closed; undefined until then. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /**
   * @param end called once, with the reason, unless it is taken back before.
   * @returns by which it is taken back.
   */
  add(end: End): Place<End> {
    return this.#open.add(end);
  }

  delete(place: Place<End>): void {
    this.#open.delete(place);
  }

  /** Ends all that was added; the first reason stays. */
  close(reason: Error): void {
    this.#reason ??= reason;
    const open = this.#open;
    this.#open = new PassingSet();
    for (const end of open) end(this.#reason);
  }
}
