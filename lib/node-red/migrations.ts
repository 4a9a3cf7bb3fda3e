import { FluxError } from "../errors";
import { inCurrentVersion, type SavedNode } from "./saved-versions";

/**
 * Brings a saved inference node to the current version, without changing the object it was given.
 * @throws FluxError FLUX_CONFIG when the node was saved by a newer version of the pack.
 */
export function migrate(saved: object): SavedNode {
  const current = inCurrentVersion(saved);
  if (current !== undefined) return current;
  throw new FluxError(
    "FLUX_CONFIG",
    "This node was saved by a newer version of @fluxwire/node-red-flux. Update the pack; nothing was sent.",
  );
}
