import { join } from "node:path";
import { passes } from "../steps";
import type { Appender } from "./appender";
import type { FileLayer } from "./file-layer";
import type { JournalEntry } from "./journal";
import { NEWLINE, peekLine } from "./line";
import { type DamagedLine, listSegments, readSegment, voidEnds } from "./load";
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
  /** Where its kept lines are, newline included; in order. */
  readonly kept: readonly { start: number; end: number }[];
}

/**
 * Looks at every line, newest segment first: what is void is said in a later one.
 *
 * @param inUse hashes of files that lines will name which are not written yet.
 */
export async function survey(
  files: FileLayer,
  { folder, outside, appender }: Compactable,
  isKept: (entry: JournalEntry) => boolean,
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
    const raw = await readSegment(files, folder, segment, peekLine);
    for (const { entry } of raw) if (entry) ends.add(entry);
    const kept: { start: number; end: number }[] = [];
    for (const { start, bytes, entry } of raw) {
      const end = start + bytes.length + 1;
      lines += end - start;
      if (ends.includes(segment, start)) continue;
      if (!entry) damaged.push({ segment: segment.name, bytes });
      else if (!isVoid(entry) && keeps(isKept, entry)) {
        kept.push({ start, end });
        keptLines += end - start;
        for (const hash of namedFiles(bytes)) named.add(hash);
      }
    }
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

/** What cannot be judged is kept. */
function keeps(isKept: (entry: JournalEntry) => boolean, entry: JournalEntry): boolean {
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

async function* keptLines(
  files: FileLayer,
  folder: string,
  segments: readonly SurveyedSegment[],
): AsyncGenerator<Buffer> {
  for (const { segment, kept } of segments) {
    if (kept.length === 0) continue;
    const content = await files.read(join(folder, segment.name));
    const lines = kept.map(({ start, end }) => content.subarray(start, end));
    // A last line without its newline is whole all the same.
    if ((kept.at(-1)?.end ?? 0) > content.length) lines.push(NEWLINE);
    yield Buffer.concat(lines);
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
