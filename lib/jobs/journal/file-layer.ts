import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";

/** What the journal wants of an open file. */
export interface OpenFile {
  /** Writes all of it, at the end, or at `position`. */
  write(bytes: Uint8Array, position?: number): Promise<void>;
  /** Resolves once what was written is on the disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

interface Found {
  readonly name: string;
  readonly isFolder: boolean;
}

/** The few things that the journal does with files. Each rejects with a system error (`code`). */
export interface FileLayer {
  /** With the folders above it, for this user only. Resolves with whether there was none yet. */
  makeFolder(path: string): Promise<boolean>;
  list(folder: string): Promise<Found[]>;
  /** In bytes. */
  size(path: string): Promise<number>;
  read(path: string): Promise<Buffer>;
  /** The same in pieces of some hundred kilobytes: each is overwritten by the next, once that is asked for. */
  pieces(path: string): AsyncIterable<Buffer>;
  /** A new file, for this user only. Rejects with EEXIST when there is one. */
  create(path: string): Promise<OpenFile>;
  /** The end of a file, which is made when it is not there. */
  append(path: string): Promise<OpenFile>;
  /** Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Missing is as good as removed. */
  remove(path: string): Promise<void>;
  /** An empty one. */
  removeFolder(path: string): Promise<void>;
  /** Makes names that came, changed or went durable. */
  syncFolder(path: string): Promise<void>;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Bytes that are read at once where a file is read in pieces. */
const PIECE = 256 * 1024;

/** The real disk. */
export const realFiles: FileLayer = {
  makeFolder: async (path) => (await mkdir(path, { recursive: true, mode: FOLDER_MODE })) !== undefined,
  list: async (folder) =>
    (await readdir(folder, { withFileTypes: true })).map((found) => ({
      name: found.name,
      isFolder: found.isDirectory(),
    })),
  size: async (path) => (await stat(path)).size,
  read: (path) => readFile(path),
  pieces: async function* (path) {
    const handle = await open(path, "r");
    try {
      const memory = Buffer.allocUnsafeSlow(PIECE);
      for (;;) {
        const { bytesRead } = await handle.read(memory, 0, PIECE, null);
        if (bytesRead === 0) return;
        yield memory.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  },
  create: async (path) => openFile(await open(path, "wx", FILE_MODE)),
  append: async (path) => openFile(await open(path, "a", FILE_MODE)),
  rename,
  remove: (path) => rm(path, { force: true }),
  removeFolder: rmdir,
  syncFolder: async (path) => {
    // Windows has no such thing.
    if (process.platform === "win32") return;
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

const openFile = (handle: FileHandle): OpenFile => ({
  async write(bytes, position) {
    for (let done = 0; done < bytes.length; ) {
      const at = position === undefined ? null : position + done;
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at);
      done += bytesWritten;
    }
  },
  sync: () => handle.datasync(),
  truncate: (length) => handle.truncate(length),
  close: () => handle.close(),
});

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** For `catch`: this value instead of what is not there. */
export const orMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return value;
    throw error;
  };
