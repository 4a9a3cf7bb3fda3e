import { createHash } from "node:crypto";
import { ByteReader } from "./byte-reader";
import { S3Refusal } from "./refusal";
import { chunkSignature, isSame, type Seal, sha256, trailerSignature } from "./signature";

/** What an `aws-chunked` content is checked against. */
export interface Chunking {
  /** Undefined: chunks are not signed. */
  seal: Seal | undefined;
  /** Names of the headers that stand behind the last chunk, in lower case. */
  trailers: readonly string[];
}

/** All chunks but the last have at least this size. Source: AWS, "Transferring payload in multiple chunks". */
const smallestChunk = 8192;

/**
 * Takes the chunks of an `aws-chunked` content apart, piece by piece, and checks their signatures. The pieces are to be
 * thrown away when it throws, for a chunk's signature is about the whole of it.
 * @returns the trailer's headers
 * @throws S3Refusal
 */
export async function* dechunk(
  source: AsyncIterable<Buffer>,
  { seal, trailers }: Chunking,
): AsyncGenerator<Buffer, Map<string, string>> {
  const reader = new ByteReader(source);
  let previous = seal?.seed ?? "";
  let wasSmall = false;
  for (;;) {
    const { size, signature } = readHead(await reader.line());
    if (wasSmall && size > 0) throw new S3Refusal("InvalidChunkSizeError");
    wasSmall = size < smallestChunk;
    const hash = createHash("sha256");
    for await (const piece of reader.bytes(size)) {
      if (seal !== undefined) hash.update(piece);
      yield piece;
    }
    if (seal !== undefined) {
      const expected = chunkSignature(seal, previous, hash.digest("hex"));
      if (!isSame(signature, expected)) throw new S3Refusal("SignatureDoesNotMatch");
      previous = expected;
    }
    if (size === 0) break;
    if ((await reader.line()) !== "") throw new S3Refusal("IncompleteBody");
  }
  return readTrailer(reader, seal, previous, trailers);
}

function readHead(line: string | undefined): { size: number; signature: string } {
  const [, size, signature = ""] = /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line ?? "") ?? [];
  if (size === undefined) throw new S3Refusal("IncompleteBody");
  return { size: Number.parseInt(size, 16), signature };
}

async function readTrailer(
  reader: ByteReader,
  seal: Seal | undefined,
  previous: string,
  expected: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  // To the end: what stands behind the trailer would be taken for the next request.
  for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
    const [, name, value = ""] = /^([^:]+):(.*)$/.exec(line) ?? [];
    if (name !== undefined) found.set(name.trim().toLowerCase(), value.trim());
    else if (line !== "") throw new S3Refusal("MalformedTrailerError");
  }
  const signature = found.get("x-amz-trailer-signature") ?? "";
  found.delete("x-amz-trailer-signature");
  const isComplete = found.size === expected.length && expected.every((name) => found.has(name));
  if (!isComplete) throw new S3Refusal("MalformedTrailerError");
  if (seal !== undefined && expected.length > 0) {
    const text = [...found].map(([name, value]) => `${name}:${value}\n`).join("");
    if (!isSame(signature, trailerSignature(seal, previous, sha256(text)))) {
      throw new S3Refusal("SignatureDoesNotMatch");
    }
  }
  return found;
}
