import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The start of a line of Node-RED's log: "21 Nov 07:52:01 - [warn] ...". */
const leveled = /^\d{1,2} \S+ \d\d:\d\d:\d\d - \[(\w+)\]/;
const unremarkable = new Set(["info", "debug", "trace"]);

/**
 * Prints what is worth reading of Node-RED's log: warnings and errors. A line without a level belongs to the one before.
 * @param inOtherWords what to print instead of a line; undefined: nothing else
 */
export const showLog = (
  stream: Readable,
  verbose: boolean,
  inOtherWords: (line: string) => string | undefined = () => undefined,
): void => {
  let level = "info";
  createInterface(stream).on("line", (line) => {
    level = leveled.exec(line)?.[1] ?? level;
    const others = inOtherWords(line);
    if (others !== undefined) console.log(others);
    else if (verbose || !unremarkable.has(level)) console.log(line);
  });
};
