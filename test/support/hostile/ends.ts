import { helper, hooks } from "../helper";

/** How a message ended in one node, and which of the nodes that hear of it did. */
export interface End {
  /** undefined: it went well. */
  error: Error | undefined;
  heardBy: ("complete" | "catch")[];
}

/** What comes out of the nodes of a flow: messages, and how each that went in has ended. */
export interface Ends {
  /** Of a node, in order, since the last call. */
  take(id: string): End[];
  /** Messages that came out since the last call. */
  takeLeft(): unknown[];
  /** Resolves once each of these nodes has an end to take; rejects, and names them, when some have none in the end. */
  all(ids: readonly string[]): Promise<void>;
  close(): void;
}

/** A message that has no end after so many ms has none. */
const PATIENCE = 60_000;

const HOOK = "onComplete.flux-hostile";

/** What is there, behind whatever stands around it; undefined where reading it throws. */
export const at = (owner: unknown, ...[name, ...inside]: string[]): unknown => {
  if (name === undefined) return owner;
  try {
    return typeof owner === "object" && owner !== null ? at(Reflect.get(owner, name), ...inside) : undefined;
  } catch {
    return undefined;
  }
};

/** Listens to Node-RED itself, and at the helper nodes `left`, `caught` and `completed`. */
export function listenForEnds(): Ends {
  const ends = new Map<string, End[]>();
  const left: unknown[] = [];
  let tell = () => {};
  const on = (id: string, listener: (message: unknown) => void) => void helper.getNode(id)?.on("input", listener);
  const heard = (id: unknown, by: "complete" | "catch"): void => {
    ends.get(String(id))?.at(-1)?.heardBy.push(by);
  };
  // Catch and Complete nodes hear of it after that.
  hooks.add(HOOK, ({ node: { id }, error }) => {
    ends.set(id, [...(ends.get(id) ?? []), { error, heardBy: [] }]);
    tell();
  });
  on("left", (message) => left.push(message));
  on("completed", (message) => heard(at(message, "complete", "source", "id"), "complete"));
  on("caught", (message) => heard(at(message, "error", "source", "id"), "catch"));
  return {
    take: (id) => {
      const taken = ends.get(id) ?? [];
      ends.delete(id);
      return taken;
    },
    takeLeft: () => left.splice(0),
    all: async (ids) => {
      const open = () => ids.filter((id) => !ends.has(id));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`no end after ${PATIENCE / 1000} s: ${open().join(", ")}`)),
          PATIENCE,
        );
      });
      while (open().length > 0) {
        const next = new Promise<void>((resolve) => {
          tell = resolve;
        });
        await Promise.race([next, late]);
      }
      clearTimeout(timer);
    },
    close: () => hooks.remove(HOOK),
  };
}
