import { dirname, join } from "node:path";
import type { FileLayer } from "./file-layer";

/** Makes a folder, and its name durable where it is new. */
export async function makeFolderDurable(files: FileLayer, folder: string): Promise<void> {
  if (await files.makeFolder(folder)) await files.syncFolder(dirname(folder));
}

export async function removeTree(files: FileLayer, folder: string): Promise<void> {
  for (const { name, isFolder } of await files.list(folder)) {
    const path = join(folder, name);
    await (isFolder ? removeTree(files, path) : files.remove(path));
  }
  await files.removeFolder(folder);
}
