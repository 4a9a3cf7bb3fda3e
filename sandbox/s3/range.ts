import { S3Refusal } from "./refusal";

/** From the first byte to the one behind the last. */
export interface Range {
  start: number;
  end: number;
}

/**
 * The part of an object that a Range header asks for; undefined: all of it, because there is no such header or it is
 * none that S3 heeds, such as one of several parts.
 * @throws S3Refusal when the object does not reach that far
 */
export function rangeIn(header: string | undefined, size: number): Range | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(size, Number(to) + 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  if (start >= size) throw new S3Refusal("InvalidRange", undefined, { ActualObjectSize: String(size) });
  return { start, end };
}
