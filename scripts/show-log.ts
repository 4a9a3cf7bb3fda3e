import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The start of a line of Node-RED's log: "21 Nov 07:52:01 - [warn] ...". */
const leveled = /^\d{1,2} \S+ \d\d:\d\d:\d\d - \[(\w+)\]/;
const unremarkable = new Set(["info", "debug", "trace"]);

/** Prints what is worth reading of Node-RED's log: warnings and errors. A line without a level belongs to the one before. */
export const showLog = (stream: Readable, verbose: boolean): void => {
  let level = "info";
  createInterface(stream).on("line", (line) => {
    level = leveled.exec(line)?.[1] ?? level;
    if (verbose || !unremarkable.has(level)) console.log(line);
  });
};
