import { pictureType } from "../../lib/models/picture";

/** An image as it came in: its bytes, or the address under which it is said to be. */
export type IncomingImage =
  | { kind: "bytes"; bytes: Buffer; contentType: string; extension: string }
  | { kind: "url"; url: string };

/** Reads an image parameter: http(s) URL, data URI or base64. URLs are taken as they are, never fetched. */
export function readImage(value: unknown): IncomingImage | undefined {
  if (typeof value !== "string") return undefined;
  if (/^https?:\/\//i.test(value)) return URL.canParse(value) ? { kind: "url", url: value } : undefined;
  const comma = value.startsWith("data:image/") ? value.slice(0, 100).indexOf(";base64,") : -1;
  const bytes = Buffer.from(comma === -1 ? value : value.slice(comma + ";base64,".length), "base64");
  const contentType = pictureType(bytes);
  if (contentType === undefined) return undefined;
  return { kind: "bytes", bytes, contentType, extension: contentType.replace("image/", "").replace("jpeg", "jpg") };
}
