/** What the sandbox announces while it works. */
export interface SandboxEvents {
  /** A POST to the service's address arrived. */
  request: { taskTypes: string[] };
  /** A paid task arrived, refused or not. */
  submitted: { taskUUID: string };
  /** A paid task was taken on. */
  accepted: { taskUUID: string };
  /** The last picture of a task is done (or failed). */
  finished: { taskUUID: string };
  /** Tasks were asked for. */
  polled: { taskUUIDs: string[] };
  /** An image was uploaded. */
  uploaded: { imageUUID: string };
  /** A picture's file was fetched. */
  fetched: { imageUUID: string; status: number };
}

export type SandboxEvent = keyof SandboxEvents;

type Listener<E extends SandboxEvent> = (detail: SandboxEvents[E]) => void;
type Listeners = { [E in SandboxEvent]: Set<Listener<E>> };

/** Tells listeners what happens; `once` is a promise, so that a test can await instead of sleep. */
export class Events {
  readonly #listeners: Listeners = {
    request: new Set(),
    submitted: new Set(),
    accepted: new Set(),
    finished: new Set(),
    polled: new Set(),
    uploaded: new Set(),
    fetched: new Set(),
  };

  /** Calls `listener` at every such event; the returned function ends it. */
  on<E extends SandboxEvent>(event: E, listener: Listener<E>): () => void {
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  /** Resolves at the next such event that `matches`. */
  once<E extends SandboxEvent>(
    event: E,
    matches: (detail: SandboxEvents[E]) => boolean = () => true,
  ): Promise<SandboxEvents[E]> {
    return new Promise((resolve) => {
      const stop = this.on(event, (detail) => {
        if (!matches(detail)) return;
        stop();
        resolve(detail);
      });
    });
  }

  emit<E extends SandboxEvent>(event: E, detail: SandboxEvents[E]): void {
    for (const listener of [...this.#listeners[event]]) listener(detail);
  }
}
