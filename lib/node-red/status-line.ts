import type { FluxStatus, Node } from "./types";

/** What a status line shows at this moment. */
export interface Shown {
  status: FluxStatus;
  /** Time is counted up in it. */
  isTicking: boolean;
}

/** How often the time on the canvas is counted up, in ms. */
const TICK = 1000;

/**
 * A node's status line. Changes within one turn of the event loop are shown once, so that a burst of messages is not a
 * burst of events to every open editor.
 */
export class StatusLine {
  readonly #node: Node;
  readonly #describe: () => Shown;
  #drawing: NodeJS.Immediate | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #shown = "";
  #closed = false;

  constructor(node: Node, describe: () => Shown) {
    this.#node = node;
    this.#describe = describe;
  }

  /** Something changed; draws it at the end of this turn. */
  changed(): void {
    if (this.#closed) return;
    this.#drawing ??= setImmediate(() => {
      this.#drawing = undefined;
      this.#draw();
    });
  }

  /** Clears the line for good. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#drawing);
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
