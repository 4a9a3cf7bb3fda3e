import { join } from "node:path";
import { passes } from "../steps";
import type { Appender } from "./appender";
import { eachLine } from "./each-line";
import type { FileLayer } from "./file-layer";
import type { IsKept, JournalEntry } from "./journal";
import { NEWLINE, peekLine } from "./line";
import { type DamagedLine, listSegments, voidEnds } from "./load";
import { namedFiles } from "./marks";
import type { OutsideFiles } from "./outside-files";
import { type SegmentName, segmentName } from "./segment-name";
import { isVoid } from "./void-end";
import { writeWhole } from "./write-whole";

/** A folder with what writes to it. */
interface Compactable {
  readonly folder: string;
  readonly outside: OutsideFiles;
  readonly appender: Appender;
}

/** What of a folder is still needed. */
export interface Survey {
  readonly segments: readonly SurveyedSegment[];
  readonly damaged: readonly DamagedLine[];
  /** Hashes of the files that kept lines name. */
  readonly named: ReadonlySet<string>;
  /** Bytes of lines that are kept, and of lines and files that would come free. */
  readonly keptLines: number;
  readonly keptOutside: number;
  readonly freed: number;
}

interface SurveyedSegment {
  readonly segment: SegmentName;
  /** Where its kept lines are, newlines included; in order. */
  readonly kept: readonly Range[];
}

/** Lines that follow one another. */
interface Range {
  readonly start: number;
  end: number;
}

/**
 * Looks at every line, newest segment first: what is void is said in a later segment.
 *
 * @param inUse hashes of files that lines will name which are not written yet.
 */
export async function survey(
  files: FileLayer,
  { folder, outside, appender }: Compactable,
  isKept: IsKept,
  inUse: readonly string[] = [],
): Promise<Survey> {
  const { current } = await listSegments(files, folder);
  const ends = voidEnds(appender.pendingVoids);
  const segments: SurveyedSegment[] = [];
  const damaged: DamagedLine[] = [];
  const named = new Set(inUse);
  let keptLines = 0;
  let lines = 0;
  for (const segment of current.toReversed()) {
    const kept: Range[] = [];
    await eachLine(files, join(folder, segment.name), (bytes, start) => {
      const end = start + bytes.length + 1;
      const entry = peekLine(bytes);
      lines += end - start;
      if (entry) ends.add(entry);
      if (ends.includes(segment, start)) return;
      if (!entry) damaged.push({ segment: segment.name, bytes: Buffer.from(bytes) });
      else if (!isVoid(entry) && keeps(isKept, entry)) {
        addLine(kept, start, end);
        keptLines += end - start;
        for (const hash of namedFiles(bytes)) named.add(hash);
      }
    });
    segments.unshift({ segment, kept });
  }
  let keptOutside = 0;
  let freedOutside = 0;
  for (const [hash, size] of await outside.list()) {
    if (named.has(hash)) keptOutside += size;
    else freedOutside += size;
  }
  return { segments, damaged, named, keptLines, keptOutside, freed: lines - keptLines + freedOutside };
}

function addLine(ranges: Range[], start: number, end: number): void {
  const last = ranges.at(-1);
  if (last?.end === start) last.end = end;
  else ranges.push({ start, end });
}

/** What cannot be judged is kept. */
function keeps(isKept: IsKept, entry: JournalEntry): boolean {
  try {
    return isKept(entry);
  } catch {
    return true;
  }
}

/**
 * Writes what is kept into one segment, and removes the others and the files that nobody names. A crash at any point
 * leaves a folder that reads the same: the new segment gets its name when it is whole, and from then on replaces all
 * with lower numbers.
 * Nothing may be appended meanwhile. Rejects with the system error; the folder then reads the same as well.
 */
export async function compact(
  files: FileLayer,
  { folder, outside, appender }: Compactable,
  { segments, named }: Survey,
): Promise<void> {
  passes("before:compaction");
  await appender.finish();
  const { name } = segmentName(appender.takeNumber(), "compacted");
  await writeWhole(files, folder, name, keptLines(files, folder, segments));
  await removeSegments(
    files,
    folder,
    segments.map(({ segment }) => segment),
  );
  await outside.keepOnly(named);
  passes("after:compaction");
}

/** What is kept, in pieces: each is overwritten by the next, once that is asked for. */
async function* keptLines(
  files: FileLayer,
  folder: string,
  segments: readonly SurveyedSegment[],
): AsyncGenerator<Buffer> {
  for (const { segment, kept } of segments) {
    if (kept.length === 0) continue;
    let at = 0;
    let first = 0;
    for await (const piece of files.pieces(join(folder, segment.name))) {
      const end = at + piece.length;
      let length = 0;
      for (let range = kept[first]; range && range.start < end; range = kept[first]) {
        const from = Math.max(range.start, at);
        const to = Math.min(range.end, end);
        // To the front of the same memory.
        length += piece.copy(piece, length, from - at, to - at);
        if (range.end > end) break;
        first += 1;
      }
      at = end;
      if (length > 0) yield piece.subarray(0, length);
    }
    // A last line without its newline is whole all the same.
    if ((kept.at(-1)?.end ?? 0) > at) yield NEWLINE;
  }
}

/** Rejects with the system error; what is left is removed when the folder is opened again. */
export async function removeSegments(
  files: FileLayer,
  folder: string,
  segments: readonly SegmentName[],
): Promise<void> {
  if (segments.length === 0) return;
  for (const { name } of segments) await files.remove(join(folder, name));
  await files.syncFolder(folder);
}
