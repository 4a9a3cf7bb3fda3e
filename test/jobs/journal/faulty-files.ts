import { type FileLayer, type OpenFile, realFiles } from "../../../lib/jobs/journal/file-layer";

/** One thing that was done with a file: `write jobs-1.jsonl`. */
export interface Operation {
  readonly does: keyof FileLayer | keyof OpenFile;
  readonly path: string;
}

/** The real disk, with somebody who is told of every operation before it happens, and may make it fail by throwing. */
export function watchedFiles(before: (operation: Operation) => void | Promise<void>): FileLayer {
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
    makeFolder: watched("makeFolder", realFiles.makeFolder),
    list: watched("list", realFiles.list),
    size: watched("size", realFiles.size),
    read: watched("read", realFiles.read),
    create: async (path) => {
      await before({ does: "create", path });
      return open(path, await realFiles.create(path));
    },
    append: async (path) => {
      await before({ does: "append", path });
      return open(path, await realFiles.append(path));
    },
    rename: watched("rename", realFiles.rename),
    remove: watched("remove", realFiles.remove),
    removeFolder: watched("removeFolder", realFiles.removeFolder),
    syncFolder: watched("syncFolder", realFiles.syncFolder),
  };
}

/** An error as the system gives it. */
export const systemError = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: test`), { code });
