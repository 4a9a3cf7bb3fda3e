import { crc32 } from "node:zlib";
import type { JournalEntry } from "./journal";

/** What ends a line. */
export const NEWLINE = Buffer.from("\n");

/** `,"crc":"0123abcd"}`: every line ends so, whatever is before it. */
const CHECK_LENGTH = 18;

const checkOf = (bytes: Uint8Array): string => `,"crc":"${crc32(bytes).toString(16).padStart(8, "0")}"}`;

/**
 * A line of the journal, newline included. The checksum is that of the line without it and without its last brace: a
 * flipped digit in a taskUUID must not be taken for the truth.
 *
 * @param data JSON text; undefined when the entry has no data.
 */
export function toLine({ job, state, at, lasts }: JournalEntry, data: string | undefined): Buffer {
  let line = `{"job":${JSON.stringify(job)},"state":${JSON.stringify(state)},"at":${at}`;
  if (lasts !== undefined) line += `,"lasts":${lasts}`;
  if (data !== undefined) line += `,"data":${data}`;
  const length = Buffer.byteLength(line);
  const bytes = Buffer.allocUnsafe(length + CHECK_LENGTH + 1);
  bytes.write(line);
  bytes.write(`${checkOf(bytes.subarray(0, length))}\n`, length, "latin1");
  return bytes;
}

/**
 * The entry of a line (without its newline), with whatever else a later version wrote into it; undefined when the line
 * is damaged.
 */
export const readLine = (line: Buffer): JournalEntry | undefined => (isWhole(line) ? parsed(line) : undefined);

const isWhole = (line: Buffer): boolean => {
  const end = line.length - CHECK_LENGTH;
  return end >= 0 && line.toString("latin1", end) === checkOf(line.subarray(0, end));
};

function parsed(line: Buffer): JournalEntry | undefined {
  try {
    const entry: unknown = JSON.parse(`${line.toString("utf8", 0, line.length - CHECK_LENGTH)}}`);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** How a line begins whose job has no name that would have to be escaped. */
const HEAD = /^\{"job":"([\w-]+)","state":"(\w+)","at":(\d+)(?:,"lasts":(\d+))?,"data":/;

/** Bytes that the head of a line takes at most. */
const LONGEST_HEAD = 160;

/**
 * The same as `readLine`, for somebody who wants to know of most lines only whose they are: the data is parsed when it
 * is looked at.
 */
export function peekLine(line: Buffer): JournalEntry | undefined {
  if (!isWhole(line)) return undefined;
  const [, job, state, at, lasts] = HEAD.exec(line.toString("latin1", 0, LONGEST_HEAD)) ?? [];
  if (job === undefined || state === undefined) return parsed(line);
  return new PeekedEntry(line, job, state, Number(at), lasts === undefined ? undefined : Number(lasts));
}

class PeekedEntry implements JournalEntry {
  readonly #line: Buffer;
  readonly job: string;
  readonly state: string;
  readonly at: number;
  readonly lasts: number | undefined;

  constructor(line: Buffer, job: string, state: string, at: number, lasts: number | undefined) {
    this.#line = line;
    this.job = job;
    this.state = state;
    this.at = at;
    this.lasts = lasts;
  }

  get data(): unknown {
    return parsed(this.#line)?.data;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const { job, state, at } = value as Partial<JournalEntry>;
  return typeof job === "string" && typeof state === "string" && typeof at === "number";
}
