import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { bellOf } from "../admin/bell";
import type { Node, NodeAPI } from "../types";
import type { FoundPicture } from "./find-pictures";
import { keepPicture } from "./gallery";
import { type LoadedPicture, loadPicture } from "./load-picture";
import type { PreviewSettings } from "./settings";

/** Pictures that one node loads at once. */
const MOST_AT_ONCE = 2;

/** Pixels of a thumbnail per pixel of the canvas: sharp on fine screens, and when the canvas is enlarged. */
const FINENESS = 2;

/** In ms; an editor that hears it asks for pictures. */
const BETWEEN_RINGS = 500;

/** A picture that waits to be loaded. */
interface Waiting {
  found: FoundPicture;
  number: number;
  at: number;
  settings: PreviewSettings;
}

let arrived = 0;

/**
 * Loads the pictures of a preview node while the flow goes on. A preview is no record: when pictures come faster than
 * they can be loaded, the newest win, and none that fails is worth more than a note under the node.
 */
export class PreviewIntake {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #shownAs: string;
  readonly #ring: () => void;
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  #loading = 0;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
    this.#shownAs = node._alias ?? node.id;
    this.#ring = bellOf(RED, `fluxwire/preview/${this.#shownAs}`, BETWEEN_RINGS);
    setMaxListeners(0, this.#closing.signal);
  }

  /** Takes what a message was found to hold; nothing, where it holds no picture. */
  add(found: readonly FoundPicture[], settings: PreviewSettings): void {
    if (found.length === 0) this.#show("noPicture");
    for (const picture of found) {
      arrived += 1;
      this.#waiting.push({ found: picture, number: arrived, at: Date.now(), settings });
    }
    this.#waiting = this.#waiting.slice(-settings.count);
    // Decoding takes a while: not before the message has arrived at the next node.
    setImmediate(() => this.#next());
  }

  close(): void {
    this.#closing.abort();
    this.#waiting = [];
  }

  #next(): void {
    while (this.#loading < MOST_AT_ONCE) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#loading += 1;
      this.#load(next)
        // It was aborted.
        .catch(() => {})
        .finally(() => {
          this.#loading -= 1;
          this.#next();
        });
    }
  }

  async #load({ found, number, at, settings }: Waiting): Promise<void> {
    const { size, count, allowedHosts } = settings;
    const { signal } = this.#closing;
    const loaded = await loadPicture(this.#RED, found, { side: size * FINENESS, allowedHosts, signal });
    if (signal.aborted) return;
    this.#show(loaded === undefined ? "noPicture" : loaded.look.problem === "notLoaded" ? "notLoaded" : undefined);
    if (loaded === undefined) return;
    keepPicture(this.#node.id, this.#shownAs, { number, ...kept(found, loaded, at) }, count);
    this.#ring();
  }

  /** What there is to say about the last picture; nothing, where it can be seen. */
  #show(problem: "noPicture" | "notLoaded" | undefined): void {
    const fill = problem === "noPicture" ? "grey" : "yellow";
    this.#node.status(problem ? { fill, shape: "ring", text: this.#RED._(`status.${problem}`) } : {});
  }
}

function kept({ facts }: FoundPicture, { look, url, reason }: LoadedPicture, at: number) {
  const { nsfw, seed, request } = facts;
  const { width, height, small, large, problem } = look;
  const address = url ?? facts.url;
  const known = { ...(seed !== undefined && { seed }) };
  return {
    picture: {
      id: randomUUID(),
      at,
      nsfw,
      ...known,
      ...(width !== undefined && height !== undefined && { width, height }),
      ...(problem !== undefined && { problem }),
      ...(reason !== undefined && { reason }),
    },
    details: { ...known, ...(address !== undefined && { url: address }), ...(request !== undefined && { request }) },
    ...(small && { small }),
    ...(large && { large }),
  };
}
