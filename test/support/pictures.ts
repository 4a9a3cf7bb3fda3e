import { encodePng } from "../../sandbox/images/png";

/**
 * A PNG file that does not compress: about 3 bytes per pixel, so 64 x 64 has 12 KB and 128 x 128 has 49 KB.
 *
 * @param seed another one makes another picture.
 */
export function noisePng(side: number, seed = 1): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * 4);
  let state = seed;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[at] = state >>> 24;
  }
  return encodePng({ width: side, height: side, pixels }, false);
}
