import { join } from "node:path";
import { FluxError } from "../../errors";
import { type FileLayer, orMissing } from "./file-layer";

/** Bytes in a folder and all folders in it. Files that go while it is counted count nothing. */
export async function folderSize(files: FileLayer, folder: string): Promise<number> {
  const found = await files.list(folder).catch(orMissing([]));
  const sizes = await Promise.all(
    found.map(({ name, isFolder }) => {
      const path = join(folder, name);
      return isFolder ? folderSize(files, path) : files.size(path).catch(orMissing(0));
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** No more jobs are begun while the folder is as large as it may be. */
export const folderFull = (folder: string, used: number, largest: number): FluxError =>
  new FluxError(
    "FLUX_BUSY",
    `Open jobs and the results that are kept take ${inUnits(used)} in ${folder}, of at most ${inUnits(largest)} (fluxJobs.maxBytes in Node-RED's settings.js). Nothing was sent; send the message again when jobs have ended, or raise the setting.`,
    { retryable: true, billed: "no" },
  );

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

function inUnits(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit += 1) size /= 1000;
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}
