/** A message's place in the order of arrival. */
export interface Place {
  /** Resolves once every message before it was accepted or refused. */
  readonly turn: Promise<void>;
  /** Lets the next one go; calling it twice is harmless. */
  leave(): void;
}

/** Keeps messages in the order in which they came, although some take longer to be read than others. */
export class Arrivals {
  #last: Promise<void> = Promise.resolve();

  enter(): Place {
    const turn = this.#last;
    let leave = () => {};
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    const own = this.#last;
    this.#last = turn.then(() => own);
    return { turn, leave };
  }
}
