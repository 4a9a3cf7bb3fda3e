/**
 * How properties that earlier versions of the pack, or a hand, saved in an inference node become those of today. Plain
 * data, without Node-RED: the dialogs in the browser read saved nodes with the same steps.
 */
export type SavedNode = Record<string, unknown>;

/** The version of the saved properties that this code writes and reads. */
const CURRENT_VERSION = 1;

const propertyOrNone = (name: string) => (name === "" ? { type: "none", value: "" } : { type: "msg", value: name });

/** Step number `n` turns a node saved as version `n` into one of version `n + 1`. */
const STEPS: readonly ((saved: SavedNode) => SavedNode)[] = [
  // Hand-written flows have no version, and often a bare property name where a typed value belongs.
  (saved) => ({
    ...saved,
    ...(typeof saved.promptFrom === "string" && { promptFrom: { type: "msg", value: saved.promptFrom } }),
    ...(typeof saved.imageFrom === "string" && { imageFrom: propertyOrNone(saved.imageFrom) }),
    ...(typeof saved.idempotencyKeyFrom === "string" && {
      idempotencyKeyFrom: propertyOrNone(saved.idempotencyKeyFrom),
    }),
  }),
];

/**
 * The same node in the current version, as a new object; undefined when a newer version of the pack saved it, which
 * nobody here can read.
 */
export function inCurrentVersion(saved: object): SavedNode | undefined {
  let current: SavedNode = { ...saved };
  const version = Number(current.version ?? 0);
  if (version > CURRENT_VERSION) return undefined;
  for (const step of STEPS.slice(version)) current = step(current);
  return { ...current, version: CURRENT_VERSION };
}
