import { type FSWatcher, statSync, watch } from "node:fs";
import { join } from "node:path";

/** A file that has not changed for this long, in ms, is taken for written. */
const quiet = 200;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Calls `onPicture` with the path of each file in `folder` when it has been written. */
export const watchPictures = (folder: string, onPicture: (path: string) => void): FSWatcher => {
  const pending = new Map<string, NodeJS.Timeout>();
  return watch(folder, (_event, name) => {
    if (name === null) return;
    const path = join(folder, name);
    clearTimeout(pending.get(path));
    const report = (): void => {
      pending.delete(path);
      if (sizeOf(path) > 0) onPicture(path);
    };
    pending.set(path, setTimeout(report, quiet));
  });
};
