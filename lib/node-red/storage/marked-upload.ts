import { notWritten } from "../marked-picture";
import type { PictureFacts } from "./picture-facts";
import type { OpenPicture } from "./picture-source";

/** What a message must tell of a picture, so that its file can tell it. */
type Traced = PictureFacts & { jobId: string; pictureId: string };

/** Whether a message says which picture of which job it brings. */
export const isTraced = (facts: PictureFacts): facts is Traced =>
  facts.jobId !== undefined && facts.pictureId !== undefined;

/** For pictures of which that is not known. */
export const NOT_TRACED =
  "Provenance was not written: msg.job and msg.image do not say which job made the picture. Such pictures are stored as they are; this is said once.";

/**
 * Has a picture's own file say where it comes from, also while it passes.
 * @param warn told why, when the file cannot take it: it is stored as it is then.
 */
export async function withProvenance(
  picture: OpenPicture,
  facts: PictureFacts,
  warn: (text: string) => void,
): Promise<OpenPicture> {
  if (!isTraced(facts)) return picture;
  const { writeInto, writeIntoPassing } = await import("../../pictures/provenance/write.js");
  const { provider, model, jobId, pictureId, promptHash, seed, index, submittedAt } = facts;
  const origin = { provider, model, jobId, promptHash, seed, pictureIndex: index, createdAt: submittedAt };
  const { body, size } = picture;
  if (Buffer.isBuffer(body)) {
    const { bytes, untouched } = writeInto(body, origin);
    if (untouched !== undefined) warn(notWritten(pictureId, untouched));
    return { ...picture, body: bytes, size: bytes.length };
  }
  const { untouched, ...written } = await writeIntoPassing({ body, size }, origin);
  if (untouched !== undefined) warn(notWritten(pictureId, untouched));
  return { ...picture, ...written };
}
