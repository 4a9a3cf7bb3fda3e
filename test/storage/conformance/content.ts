import { createCipheriv, createHash } from "node:crypto";

/** Bytes that nobody holds as a whole, and their digest once they have passed. */
export interface Content {
  readonly stream: AsyncGenerator<Buffer, void>;
  /** Bytes that were asked for so far. */
  readonly given: number;
  /** SHA-256 of what was given, in hex. */
  digest(): string;
}

export const MEBIBYTE = 1_048_576;
const PIECE = 64 * 1024;

/** Bytes without any pattern, the same for the same length. */
export function generated(bytes: number, pieceSize = PIECE): Content {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));
  const hash = createHash("sha256");
  let given = 0;
  async function* pieces(): AsyncGenerator<Buffer, void> {
    while (given < bytes) {
      const piece = cipher.update(Buffer.alloc(Math.min(pieceSize, bytes - given)));
      hash.update(piece);
      given += piece.length;
      yield piece;
    }
  }
  return {
    stream: pieces(),
    get given() {
      return given;
    },
    digest: () => hash.digest("hex"),
  };
}

/** The same bytes at once. */
export const generatedBuffer = (bytes: number): Buffer =>
  createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16)).update(Buffer.alloc(bytes));

export const digestOf = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** Downloads without holding: SHA-256 in hex, and the length. */
export async function downloadedDigest(url: string): Promise<{ status: number; digest: string; size: number }> {
  const answer = await fetch(url);
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of answer.body ?? []) {
    hash.update(piece);
    size += piece.length;
  }
  return { status: answer.status, digest: hash.digest("hex"), size };
}
