import { open, rm } from "node:fs/promises";
import { type BodyFacts, readBody } from "./body";
import { S3Refusal } from "./refusal";
import type { Work } from "./work";

/** Documents longer than this are refused: ten thousand parts fit. */
const longestDocument = 4 * 1024 * 1024;

function verifiedBody({ asker, request, received }: Work): AsyncGenerator<Buffer, BodyFacts> {
  if (asker === "anonymous") throw new S3Refusal("AccessDenied");
  return readBody(request, asker.payload, asker.seal, received);
}

/**
 * Writes a request's content to a temporary file as it comes.
 * @throws S3Refusal, or what the connection or the disk says; no file is left then
 */
export async function receiveFile(work: Work): Promise<{ file: string; facts: BodyFacts }> {
  const pieces = verifiedBody(work);
  const file = work.context.s3.buckets.temporaryFile();
  const handle = await open(file, "wx", 0o600);
  try {
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) await handle.writeFile(next.value);
    await handle.close();
    return { file, facts: next.value };
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(file, { force: true });
    throw error;
  }
}

/** Reads a document that a request brings. */
export async function receiveText(work: Work): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of verifiedBody(work)) {
    size += piece.length;
    if (size > longestDocument) throw new S3Refusal("EntityTooLarge");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
