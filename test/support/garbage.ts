import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc: (options?: { type: "minor" }) => void = runInNewContext("gc");

/** Collects all that nobody holds. */
export function collect(): void {
  gc();
  // Another thread gives the bytes of buffers back, and may not have done so yet; the next collection waits for it.
  gc({ type: "minor" });
}

/** Bytes that somebody holds: what nobody does is collected first, so that the figure depends on no mood of the collector. */
export function heldBytes(): number {
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}
