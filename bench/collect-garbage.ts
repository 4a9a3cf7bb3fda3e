/**
 * A full garbage collection, so that what was left over by work before is not counted for work to come.
 * @throws unless node was started with `--expose-gc`: figures with and without it are not the same.
 */
export function collectGarbage(): void {
  if (!globalThis.gc) throw new Error("garbage can be collected on demand only with node --expose-gc");
  globalThis.gc();
}
