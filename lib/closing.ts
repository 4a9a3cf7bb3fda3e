/**
 * What is to end when somebody closes, such as the client of a service. An AbortSignal would do the same, but looks
 * through all of its listeners for each that comes or goes, and there may be thousands.
 */
export class Closing {
  readonly #open = new Set<(reason: Error) => void>();
  #reason: Error | undefined;

  /** Why it has closed; undefined until then. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** @param end called once, with the reason, unless it is taken back before. */
  add(end: (reason: Error) => void): void {
    this.#open.add(end);
  }

  delete(end: (reason: Error) => void): void {
    this.#open.delete(end);
  }

  /** Ends all that was added; the first reason stays. */
  close(reason: Error): void {
    this.#reason ??= reason;
    for (const end of [...this.#open]) {
      this.#open.delete(end);
      end(this.#reason);
    }
  }
}
