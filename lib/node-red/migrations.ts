import { FluxError } from "../errors";

/** The version of the saved properties that this code writes and reads. */
const CURRENT_VERSION = 1;

type SavedNode = Record<string, unknown>;

/** Step number `n` turns a node saved as version `n` into one of version `n + 1`. */
const STEPS: readonly ((saved: SavedNode) => SavedNode)[] = [
  // Hand-written flows have no version, and often a bare property name where a typed value belongs.
  (saved) => ({
    ...saved,
    ...(typeof saved.promptFrom === "string" && { promptFrom: { type: "msg", value: saved.promptFrom } }),
    ...(typeof saved.imageFrom === "string" && {
      imageFrom: saved.imageFrom === "" ? { type: "none", value: "" } : { type: "msg", value: saved.imageFrom },
    }),
  }),
];

/**
 * Brings a saved inference node to the current version, without changing the object it was given.
 * @throws FluxError FLUX_CONFIG when the node was saved by a newer version of the pack.
 */
export function migrate(saved: object): SavedNode {
  let current: SavedNode = { ...saved };
  const version = Number(current.version ?? 0);
  if (version > CURRENT_VERSION) {
    throw new FluxError(
      "FLUX_CONFIG",
      "This node was saved by a newer version of @fluxwire/node-red-flux. Update the pack; nothing was sent.",
    );
  }
  for (const step of STEPS.slice(version)) current = step(current);
  return { ...current, version: CURRENT_VERSION };
}
