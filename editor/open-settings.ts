import type { SavedNode } from "../lib/node-red/saved-versions";

/**
 * The settings in an open dialog: as they were saved, with what the author changed since. Only that is written back:
 * saving must not mark an unchanged node as changed.
 */
export class OpenSettings {
  readonly #saved: SavedNode;
  readonly #changes = new Map<string, unknown>();
  readonly #listeners: (() => void)[] = [];

  constructor(saved: SavedNode) {
    this.#saved = saved;
  }

  get changes(): ReadonlyMap<string, unknown> {
    return this.#changes;
  }

  read(property: string): unknown {
    return this.#changes.has(property) ? this.#changes.get(property) : this.#saved[property];
  }

  change(property: string, value: unknown): void {
    this.#changes.set(property, value);
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after every change. */
  watch(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
