import type { JournalEntry } from "./journal";

/** State of a line which says that the end of another segment was reported as not written. It belongs to no job. */
export const VOID = "void";

/** Whether a line only says what is void. */
export const isVoid = ({ job, state }: JournalEntry): boolean => job === "" && state === VOID;

/** Everything in a segment from this byte on is void. */
export interface VoidEnd {
  readonly segment: number;
  readonly from: number;
}

export function voidEnd(entry: JournalEntry): VoidEnd | undefined {
  if (!isVoid(entry)) return undefined;
  const { data } = entry;
  if (typeof data !== "object" || data === null) return undefined;
  const { segment, from } = data as Partial<VoidEnd>;
  return typeof segment === "number" && typeof from === "number" ? { segment, from } : undefined;
}
