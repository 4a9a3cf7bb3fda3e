/** The picture formats that the providers take or answer. */
export type PictureType =
  | "image/png"
  | "image/jpeg"
  | "image/webp"
  | "image/gif"
  | "image/bmp"
  | "image/tiff"
  | "image/avif";

/** Bytes of a file's head that `pictureType` looks at. */
export const HEAD_BYTES = 32;

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

const littleEndian = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
};

const bigEndian = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0;
  for (let index = 0; index < length; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
};

const isPng = (bytes: Uint8Array): boolean =>
  bigEndian(bytes, 0, 4) === 0x89504e47 && ascii(bytes, 4, 8) === "\r\n\x1a\n";

/** Start of image, then another marker. */
const isJpeg = (bytes: Uint8Array): boolean => bigEndian(bytes, 0, 3) === 0xffd8ff && (bytes[3] ?? 0) >= 0xc0;

const isWebp = (bytes: Uint8Array): boolean => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP";

const isGif = (bytes: Uint8Array): boolean => /^GIF8[79]a$/.test(ascii(bytes, 0, 6));

/** Two letters prove nothing, so the reserved bytes and the size of the second header count too. */
const isBmp = (bytes: Uint8Array): boolean =>
  ascii(bytes, 0, 2) === "BM" &&
  littleEndian(bytes, 6, 4) === 0 &&
  [12, 40, 52, 56, 64, 108, 124].includes(littleEndian(bytes, 14, 4));

const isTiff = (bytes: Uint8Array): boolean => ["II*\0", "MM\0*"].includes(ascii(bytes, 0, 4));

const isAvif = (bytes: Uint8Array): boolean => /^ftypavi[fs]$/.test(ascii(bytes, 4, 12));

/** By the first byte, where every file of a kind has the same. Those of an AVIF file tell a length. */
const signatures: ReadonlyMap<number | undefined, readonly [PictureType, (bytes: Uint8Array) => boolean]> = new Map([
  [0x89, ["image/png", isPng]],
  [0xff, ["image/jpeg", isJpeg]],
  [0x52, ["image/webp", isWebp]],
  [0x47, ["image/gif", isGif]],
  [0x42, ["image/bmp", isBmp]],
  [0x49, ["image/tiff", isTiff]],
  [0x4d, ["image/tiff", isTiff]],
]);

/** The type that the first bytes of a file speak of, whatever a header or a name says; undefined: no picture. */
export const pictureType = (bytes: Uint8Array): PictureType | undefined => {
  if (bytes.length < 12) return undefined;
  const [type, matches] = signatures.get(bytes[0]) ?? [];
  if (type !== undefined && matches?.(bytes)) return type;
  return isAvif(bytes) ? "image/avif" : undefined;
};

/** Pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

/** Markers that carry no length: TEM, RST0-7, SOI, EOI. */
const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);

/** Start of frame: C0 to CF without DHT (C4), JPG (C8) and DAC (CC). */
const startsFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const jpegSize = (bytes: Uint8Array): PictureSize | undefined => {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at += 1;
    else if (standsAlone(marker)) at += 2;
    else if (startsFrame(marker)) return { height: bigEndian(bytes, at + 5, 2), width: bigEndian(bytes, at + 7, 2) };
    else at += 2 + Math.max(2, bigEndian(bytes, at + 2, 2));
  }
  return undefined;
};

const webpSize = (bytes: Uint8Array): PictureSize | undefined => {
  if (bytes.length < 30) return undefined;
  const kind = ascii(bytes, 12, 16);
  if (kind === "VP8X") return { width: littleEndian(bytes, 24, 3) + 1, height: littleEndian(bytes, 27, 3) + 1 };
  if (kind === "VP8 ")
    return { width: littleEndian(bytes, 26, 2) & 0x3fff, height: littleEndian(bytes, 28, 2) & 0x3fff };
  if (kind !== "VP8L") return undefined;
  const bits = littleEndian(bytes, 21, 4);
  return { width: (bits % 0x4000) + 1, height: (Math.floor(bits / 0x4000) % 0x4000) + 1 };
};

/** Width and height of a PNG, JPEG, WEBP or GIF, read from its header; undefined for anything else. */
export const pictureSize = (bytes: Uint8Array): PictureSize | undefined => {
  switch (pictureType(bytes)) {
    case "image/png":
      return bytes.length < 24 ? undefined : { width: bigEndian(bytes, 16, 4), height: bigEndian(bytes, 20, 4) };
    case "image/gif":
      return { width: littleEndian(bytes, 6, 2), height: littleEndian(bytes, 8, 2) };
    case "image/jpeg":
      return jpegSize(bytes);
    case "image/webp":
      return webpSize(bytes);
    default:
      return undefined;
  }
};
