import { join } from "node:path";
import type { FileLayer } from "./file-layer";

/** End of the name of a file that is being written. A crash may leave one. */
export const DRAFT = ".tmp";

/**
 * A new file that has its name only once all of its content is on the disk.
 * Rejects with the system error; nothing is left then.
 */
export async function writeWhole(
  files: FileLayer,
  folder: string,
  name: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const draft = join(folder, name + DRAFT);
  await files.remove(draft);
  try {
    const file = await files.create(draft);
    try {
      for await (const chunk of chunks) await file.write(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(draft, join(folder, name));
    await files.syncFolder(folder);
  } catch (error) {
    await files.remove(draft).catch(() => undefined);
    throw error;
  }
}
