/** An image as it came in: its bytes, or the address under which it is said to be. */
export type IncomingImage =
  | { kind: "bytes"; bytes: Buffer; contentType: string; extension: string }
  | { kind: "url"; url: string };

/** Tells a picture's format from its first bytes. */
export function formatOf(bytes: Buffer): { contentType: string; extension: string } | undefined {
  if (bytes.length < 12) return undefined;
  if (bytes.readUIntBE(0, 3) === 0xffd8ff) return { contentType: "image/jpeg", extension: "jpg" };
  if (bytes.readUInt32BE(0) === 0x89504e47) return { contentType: "image/png", extension: "png" };
  const head = bytes.toString("latin1", 0, 12);
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return { contentType: "image/webp", extension: "webp" };
  if (head.startsWith("GIF8")) return { contentType: "image/gif", extension: "gif" };
  return undefined;
}

/** Reads an image parameter: http(s) URL, data URI or base64. URLs are taken as they are, never fetched. */
export function readImage(value: unknown): IncomingImage | undefined {
  if (typeof value !== "string") return undefined;
  if (/^https?:\/\//i.test(value)) return URL.canParse(value) ? { kind: "url", url: value } : undefined;
  const comma = value.startsWith("data:image/") ? value.slice(0, 100).indexOf(";base64,") : -1;
  const bytes = Buffer.from(comma === -1 ? value : value.slice(comma + ";base64,".length), "base64");
  const format = formatOf(bytes);
  return format && { kind: "bytes", bytes, ...format };
}
