import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FileLayer } from "./file-layer";
import type { JournalEntry } from "./journal";
import { readLine } from "./line";
import { parseSegmentName, type SegmentName } from "./segment-name";
import { isVoid, type VoidEnd, voidEnd } from "./void-end";

/** An entry and the line that it is from, without its newline. */
export interface LoadedLine {
  readonly entry: JournalEntry;
  readonly bytes: Buffer;
}

export interface DamagedLine {
  readonly segment: string;
  readonly bytes: Buffer;
}

/** What the segments of a folder hold. */
export interface Loaded {
  /** In the order in which they were written, without void ones. */
  readonly lines: readonly LoadedLine[];
  readonly damaged: readonly DamagedLine[];
  /** Segments that cannot be read at all, and why. */
  readonly unreadable: readonly { segment: SegmentName; error: unknown }[];
}

/** The segments of a folder in their order, without those that a compacted one replaces. */
export async function listSegments(files: FileLayer, folder: string): Promise<Segments> {
  const all = (await files.list(folder)).flatMap(({ name }) => parseSegmentName(name) ?? []);
  all.sort((one, other) => one.number - other.number);
  const base = all.findLast(({ kind }) => kind === "compacted")?.number ?? 0;
  return {
    current: all.filter(({ number }) => number >= base),
    replaced: all.filter(({ number }) => number < base),
    next: (all.at(-1)?.number ?? 0) + 1,
  };
}

export interface Segments {
  readonly current: readonly SegmentName[];
  /** Left by a crash in the middle of a compaction. */
  readonly replaced: readonly SegmentName[];
  /** The first number that is free. */
  readonly next: number;
}

interface RawLine {
  readonly start: number;
  readonly bytes: Buffer;
  readonly entry: JournalEntry | undefined;
}

/** Bytes that are parsed in one turn of the event loop. */
const SLICE = 2 ** 19;

/** Reads segments; what is damaged stays where it is and is told of. */
export async function loadSegments(
  files: FileLayer,
  folder: string,
  segments: readonly SegmentName[],
): Promise<Loaded> {
  const raw: { segment: SegmentName; lines: RawLine[] }[] = [];
  const unreadable: { segment: SegmentName; error: unknown }[] = [];
  const ends = voidEnds([]);
  for (const segment of segments) {
    try {
      const lines = await readSegment(files, folder, segment);
      raw.push({ segment, lines });
      for (const { entry } of lines) if (entry) ends.add(entry);
    } catch (error) {
      unreadable.push({ segment, error });
    }
  }
  const lines: LoadedLine[] = [];
  const damaged: DamagedLine[] = [];
  for (const { segment, lines: found } of raw) {
    for (const { start, bytes, entry } of found) {
      if (ends.includes(segment, start)) continue;
      if (!entry) damaged.push({ segment: segment.name, bytes });
      else if (!isVoid(entry)) lines.push({ entry, bytes });
    }
  }
  return { lines, damaged, unreadable };
}

/** Collects which ends of segments are void. */
export function voidEnds(known: readonly VoidEnd[]): VoidEnds {
  const froms = new Map<number, number>();
  const add = ({ segment, from }: VoidEnd) => froms.set(segment, Math.min(from, froms.get(segment) ?? from));
  known.forEach(add);
  return {
    add(entry) {
      const end = voidEnd(entry);
      if (end) add(end);
    },
    includes: ({ number }, start) => start >= (froms.get(number) ?? Number.POSITIVE_INFINITY),
  };
}

export interface VoidEnds {
  /** Of an entry that says so. */
  add(entry: JournalEntry): void;
  includes(segment: SegmentName, start: number): boolean;
}

/** Reads one segment. Rejects with the system error. */
async function readSegment(files: FileLayer, folder: string, segment: SegmentName): Promise<RawLine[]> {
  const content = await files.read(join(folder, segment.name));
  const lines: RawLine[] = [];
  let pause = SLICE;
  for (let start = 0; start < content.length; ) {
    const newline = content.indexOf(10, start);
    const end = newline < 0 ? content.length : newline;
    const bytes = content.subarray(start, end);
    if (bytes.length > 0) lines.push({ start, bytes, entry: readLine(bytes) });
    start = end + 1;
    if (start < pause) continue;
    pause = start + SLICE;
    await nextTurn();
  }
  return lines;
}
