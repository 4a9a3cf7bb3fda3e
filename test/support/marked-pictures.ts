import { createHash } from "node:crypto";
import sharp from "sharp";

/** What a picture's own file says of where it comes from, by property; undefined when there is no XMP in it. */
export async function provenanceIn(picture: Buffer): Promise<Record<string, string> | undefined> {
  const { xmp } = await sharp(picture, { failOn: "error" }).metadata();
  if (xmp === undefined) return undefined;
  const elements = xmp.toString("utf8").matchAll(/<((?:xmp|flux|Iptc4xmpExt):\w+)>([^<]*)</g);
  return Object.fromEntries([...elements].map(([, name, value]) => [name, value]));
}

/** Of every frame. */
export const pixelsOf = async (picture: Buffer): Promise<string> => {
  const { data, info } = await sharp(picture, { failOn: "error", animated: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return `${info.width} x ${info.height} x ${info.channels}: ${createHash("sha256").update(data).digest("hex")}`;
};

/** As the pack writes the hash of a prompt. */
export const hashOf = (prompt: string): string => `sha256:${createHash("sha256").update(prompt, "utf8").digest("hex")}`;
