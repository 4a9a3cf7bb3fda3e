import { gzipSync } from "node:zlib";

const MEGABYTE = 1024 * 1024;

/** A file of 4 MB that unpacks to 4 GB: gzip files may stand one after the other. */
export function gzipBomb(): Buffer {
  const member = gzipSync(Buffer.alloc(16 * MEGABYTE));
  return Buffer.concat(Array.from({ length: 256 }, () => member));
}
