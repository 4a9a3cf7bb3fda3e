/** A message's place in the order of arrival. */
export interface Place {
  /** Resolves when the message is to be read; absent: at once. */
  readonly start: Promise<void> | undefined;
  /** Resolves once every message before it was accepted or refused; absent: there is none before it. */
  readonly turn: Promise<void> | undefined;
  /** Lets the next one go; calling it twice is harmless. */
  leave(): void;
}

/** Messages that are read in one turn of the event loop: more of them would stop everything else in Node-RED for long. */
const MOST_IN_A_TURN = 50;

/** Keeps messages in the order in which they came, although some take longer to be read than others. */
export class Arrivals {
  /** Messages that are neither accepted nor refused yet, and what resolves with the last of them: most are never waited for. */
  #inside = 0;
  #lastGone: () => Promise<void> = () => Promise.resolve();
  /** Those that are read in later turns, in their order. */
  #line: (() => void)[] = [];
  #read = 0;
  #nextTurn: NodeJS.Immediate | undefined;

  enter(): Place {
    const turn = this.#inside === 0 ? undefined : this.#lastGone();
    let isInside = true;
    let go = () => {};
    this.#inside += 1;
    this.#lastGone = () => {
      const gone = new Promise<void>((resolve) => {
        if (isInside) go = resolve;
        else resolve();
      });
      return turn ? turn.then(() => gone) : gone;
    };
    const leave = () => {
      if (isInside) this.#inside -= 1;
      isInside = false;
      go();
    };
    return { start: this.#start(), turn, leave };
  }

  /**
   * No message is held back any more.
   * @returns whether one was.
   */
  hurry(): boolean {
    const line = this.#line;
    this.#line = [];
    for (const start of line) start();
    return line.length > 0;
  }

  #start(): Promise<void> | undefined {
    this.#nextTurn ??= setImmediate(() => this.#goOn());
    this.#read += 1;
    if (this.#read <= MOST_IN_A_TURN) return undefined;
    return new Promise((resolve) => {
      this.#line.push(resolve);
    });
  }

  #goOn(): void {
    this.#nextTurn = undefined;
    const next = this.#line.slice(0, MOST_IN_A_TURN);
    this.#line = this.#line.slice(next.length);
    // Who comes while others are held back is read after them.
    this.#read = this.#line.length > 0 ? MOST_IN_A_TURN : next.length;
    if (next.length > 0) this.#nextTurn = setImmediate(() => this.#goOn());
    for (const start of next) start();
  }
}
