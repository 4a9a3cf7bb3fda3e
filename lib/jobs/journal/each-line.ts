import type { FileLayer } from "./file-layer";

const LINE_FEED = 10;

/**
 * Reads a file line by line, without ever holding more of it than a piece: memory for all of it, which may be a hundred
 * megabytes, would make V8 collect the whole heap again and again. Other work has its turn between two pieces.
 *
 * @param take told each line that is not empty, without its newline, and where it begins. The bytes are overwritten later.
 * @returns rejects with the system error.
 */
export async function eachLine(
  files: FileLayer,
  path: string,
  take: (line: Buffer, start: number) => void,
): Promise<void> {
  // What came of a line whose end has not come yet.
  let begun: Buffer[] = [];
  let start = 0;
  const end = (last: Buffer) => {
    const line = begun.length === 0 ? last : Buffer.concat([...begun, last]);
    begun = [];
    if (line.length > 0) take(line, start);
    start += line.length + 1;
  };
  for await (const piece of files.pieces(path)) {
    let from = 0;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, from)) {
      end(piece.subarray(from, at));
      from = at + 1;
    }
    if (from < piece.length) begun.push(Buffer.from(piece.subarray(from)));
  }
  if (begun.length > 0) end(Buffer.alloc(0));
}
