import type { FluxStatus, Node } from "./types";

/** What a status line shows at this moment. */
export interface Shown {
  status: FluxStatus;
  /** Time is counted up in it. */
  isTicking: boolean;
}

/** How often the time on the canvas is counted up, in ms. */
const TICK = 1000;

/** Changes that are drawn as they come; after so many in one second the line is drawn at this interval, in ms. */
const MOST_AT_ONCE = 5;
const CALM = 250;

/**
 * A node's status line. Changes within one turn of the event loop are shown once, so that a burst of messages is not a
 * burst of events to every open editor; nor are thousands of messages in a row, which nobody could read.
 */
export class StatusLine {
  readonly #node: Node;
  readonly #describe: () => Shown;
  #drawing: NodeJS.Immediate | undefined;
  #drawingLater: NodeJS.Timeout | undefined;
  #drawn = 0;
  #countedFrom = performance.now();
  #ticking: NodeJS.Timeout | undefined;
  #shown = "";
  #closed = false;

  constructor(node: Node, describe: () => Shown) {
    this.#node = node;
    this.#describe = describe;
  }

  /** Something changed; draws it at the end of this turn. */
  changed(): void {
    if (this.#closed || this.#drawing || this.#drawingLater) return;
    const now = performance.now();
    if (now - this.#countedFrom >= TICK) {
      this.#countedFrom = now;
      this.#drawn = 0;
    }
    this.#drawn += 1;
    const draw = () => {
      this.#drawing = undefined;
      this.#drawingLater = undefined;
      this.#draw();
    };
    if (this.#drawn <= MOST_AT_ONCE) this.#drawing = setImmediate(draw);
    else this.#drawingLater = setTimeout(draw, CALM);
  }

  /** Clears the line for good. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#drawing);
    clearTimeout(this.#drawingLater);
    clearInterval(this.#ticking);
    this.#node.status({});
  }

  #draw(): void {
    const { status, isTicking } = this.#describe();
    if (isTicking) {
      this.#ticking ??= setInterval(() => this.changed(), TICK);
    } else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
    const signature = JSON.stringify(status);
    if (signature === this.#shown) return;
    this.#shown = signature;
    this.#node.status(status);
  }
}
