import { type FileLayer, type OpenFile, realFiles } from "../../../lib/jobs/journal/file-layer";

/** One thing that was done with a file: `write jobs-1.jsonl`. */
export interface Operation {
  readonly does: keyof FileLayer | keyof OpenFile;
  readonly path: string;
}

/**
 * The real disk, for which nobody waits. Only a power cut would lose what was not synced, so a test that goes through
 * every moment at which a process may end need not take as long as thousands of syncs do on a slow disk.
 */
export const unsyncedFiles: FileLayer = {
  ...realFiles,
  create: async (path) => unsynced(await realFiles.create(path)),
  append: async (path) => unsynced(await realFiles.append(path)),
  syncFolder: async () => {},
};

const unsynced = (file: OpenFile): OpenFile => ({ ...file, sync: async () => {} });

/** A disk, with somebody who is told of every operation before it happens, and may make it fail by throwing. */
export function watchedFiles(
  before: (operation: Operation) => void | Promise<void>,
  disk: FileLayer = realFiles,
): FileLayer {
  const open = (path: string, file: OpenFile): OpenFile => ({
    write: async (bytes, position) => {
      await before({ does: "write", path });
      await file.write(bytes, position);
    },
    sync: async () => {
      await before({ does: "sync", path });
      await file.sync();
    },
    truncate: async (length) => {
      await before({ does: "truncate", path });
      await file.truncate(length);
    },
    close: () => file.close(),
  });
  const watched =
    <Rest extends unknown[], Result>(does: keyof FileLayer, act: (path: string, ...rest: Rest) => Promise<Result>) =>
    async (path: string, ...rest: Rest): Promise<Result> => {
      await before({ does, path });
      return act(path, ...rest);
    };
  return {
    makeFolder: watched("makeFolder", disk.makeFolder),
    list: watched("list", disk.list),
    size: watched("size", disk.size),
    read: watched("read", disk.read),
    pieces: async function* (path) {
      await before({ does: "read", path });
      yield* disk.pieces(path);
    },
    create: async (path) => {
      await before({ does: "create", path });
      return open(path, await disk.create(path));
    },
    append: async (path) => {
      await before({ does: "append", path });
      return open(path, await disk.append(path));
    },
    rename: watched("rename", disk.rename),
    remove: watched("remove", disk.remove),
    removeFolder: watched("removeFolder", disk.removeFolder),
    syncFolder: watched("syncFolder", disk.syncFolder),
  };
}

/** An error as the system gives it. */
export const systemError = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: test`), { code });
