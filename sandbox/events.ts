/** What the sandbox announces while it works. A job's id is Runware's taskUUID or fal's request id. */
export interface SandboxEvents {
  /** A request to a service's address arrived; Runware's may hold several calls. */
  request: { calls: string[] };
  /** A paid call arrived, refused or not. */
  submitted: { id: string };
  /** A job was taken on. */
  accepted: { id: string };
  /** The last picture of a job is done, or failed, or the job was cancelled. */
  finished: { id: string };
  /** A job was asked for. */
  polled: { id: string };
  /** A job of fal's queue was asked for its result. */
  collected: { id: string; status: number };
  /** A cancellation was accepted. */
  cancelled: { id: string };
  /** An image was uploaded; the id is the image's. */
  uploaded: { id: string };
  /** A picture's file was fetched; the id is the image's. */
  fetched: { id: string; status: number };
  /** A picture was put to its job's `uploadEndpoint`, or will not be. */
  delivered: { id: string; index: number; outcome: "done" | "given up" };
  /** An object is in a bucket, whole. */
  stored: { bucket: string; key: string; size: number };
}

export type SandboxEvent = keyof SandboxEvents;

type Listener<E extends SandboxEvent> = (detail: SandboxEvents[E]) => void;
type Listeners = { [E in SandboxEvent]: Set<Listener<E>> };

/** One event as plain data: what happened, and its detail. */
export type Announcement = { [E in SandboxEvent]: { event: E } & SandboxEvents[E] }[SandboxEvent];

/** Tells listeners what happens; `once` is a promise, so that a test can await instead of sleep. */
export class Events {
  readonly #listenersToAll = new Set<(announcement: Announcement) => void>();
  readonly #listeners: Listeners = {
    request: new Set(),
    submitted: new Set(),
    accepted: new Set(),
    finished: new Set(),
    polled: new Set(),
    collected: new Set(),
    cancelled: new Set(),
    uploaded: new Set(),
    fetched: new Set(),
    delivered: new Set(),
    stored: new Set(),
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

  /** Calls `listener` at every event of any kind; the returned function ends it. */
  onAny(listener: (announcement: Announcement) => void): () => void {
    this.#listenersToAll.add(listener);
    return () => void this.#listenersToAll.delete(listener);
  }

  emit<E extends SandboxEvent>(event: E, detail: SandboxEvents[E]): void {
    for (const listener of [...this.#listeners[event]]) listener(detail);
    // The kind of an event and its detail belong together; the compiler cannot follow that through a type parameter.
    const announcement = { event, ...detail } as Announcement;
    for (const listener of [...this.#listenersToAll]) listener(announcement);
  }
}
