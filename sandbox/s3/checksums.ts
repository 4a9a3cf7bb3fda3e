import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Checksums that a client may send, by S3's names for them. */
export const checksumNames = ["crc32", "crc32c", "sha1", "sha256"] as const;

export type ChecksumName = (typeof checksumNames)[number];

/** How many bytes each of them has. */
export const checksumSizes: Readonly<Record<ChecksumName, number>> = { crc32: 4, crc32c: 4, sha1: 20, sha256: 32 };

export interface Checksum {
  name: ChecksumName;
  /** In base64. */
  value: string;
}

/** A checksum that is made piece by piece. */
export interface RunningChecksum {
  update(piece: Buffer): void;
  digest(): Buffer;
}

export function runningChecksum(name: ChecksumName): RunningChecksum {
  if (name === "crc32") return cyclic((piece, before) => crc32(piece, before));
  if (name === "crc32c") return cyclic(crc32c);
  const hash: Hash = createHash(name);
  return { update: (piece) => void hash.update(piece), digest: () => hash.digest() };
}

function cyclic(next: (piece: Buffer, before: number) => number): RunningChecksum {
  let sum = 0;
  return {
    update: (piece) => {
      sum = next(piece, sum);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(sum >>> 0);
      return bytes;
    },
  };
}

/** Castagnoli's polynomial, its bits reversed. */
const castagnoli = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ castagnoli : value >>> 1;
  return value;
});

function crc32c(piece: Buffer, before: number): number {
  let sum = ~before;
  for (const byte of piece) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return ~sum >>> 0;
}

/** The checksum of an object that was made of parts: that of their checksums, and how many there are. */
export function compositeChecksum(name: ChecksumName, parts: readonly string[]): string {
  const sum = runningChecksum(name);
  for (const part of parts) sum.update(Buffer.from(part, "base64"));
  return `${sum.digest().toString("base64")}-${parts.length}`;
}
