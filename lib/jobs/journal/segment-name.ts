/** What a segment is: written by this journal, the rest of all before it, or taken over from another process's folder. */
export type SegmentKind = "written" | "compacted" | { readonly from: string };

export interface SegmentName {
  readonly name: string;
  readonly number: number;
  readonly kind: SegmentKind;
}

/**
 * `jobs-7.jsonl`, `jobs-8-compacted.jsonl`, `jobs-9-from-process-<id>.jsonl`. That a segment replaces all with lower
 * numbers is in its name, not in a line, which could be damaged.
 */
export function segmentName(number: number, kind: SegmentKind = "written"): SegmentName {
  const suffix = kind === "written" ? "" : kind === "compacted" ? "-compacted" : `-from-${kind.from}`;
  return { name: `jobs-${number}${suffix}.jsonl`, number, kind };
}

/** Undefined for a file that is no segment. */
export function parseSegmentName(name: string): SegmentName | undefined {
  const match = /^jobs-(\d{1,15})(?:-(compacted)|-from-([\w-]+))?\.jsonl$/.exec(name);
  if (!match) return undefined;
  const [, digits, compacted, from] = match;
  const kind = compacted ? "compacted" : from === undefined ? "written" : { from };
  return { name, number: Number(digits), kind };
}
