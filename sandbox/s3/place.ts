import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder that objects are kept in. */
export interface Place {
  /** Made by the first call. */
  directory(): string;
  /** Whether there may be something in it already. */
  isUsed(): boolean;
  /** Removes what was only temporary. */
  close(): void;
}

/** A folder that stays, or one that lasts as long as the sandbox or the process. */
export function openPlace(directory: string | undefined): Place {
  let made: string | undefined;
  const remove = (): void => {
    if (made !== undefined && directory === undefined) rmSync(made, { recursive: true, force: true });
    made = undefined;
  };
  const make = (): string => {
    if (directory !== undefined) {
      mkdirSync(directory, { recursive: true });
      return directory;
    }
    // A sandbox inside Node-RED is never closed.
    process.once("exit", remove);
    return mkdtempSync(join(tmpdir(), "flux-sandbox-s3-"));
  };
  return {
    directory: () => {
      made ??= make();
      return made;
    },
    isUsed: () => made !== undefined || directory !== undefined,
    close: () => {
      process.off("exit", remove);
      remove();
    },
  };
}
