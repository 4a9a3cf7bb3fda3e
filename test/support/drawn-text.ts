import { decodePng } from "../../sandbox/images/decode-png";
import { glyph, glyphHeight, glyphWidth } from "../../sandbox/images/font";
import { textScale } from "../../sandbox/images/layout";

/** A dot of a text: where, and whether it is drawn or left out. */
interface Dot {
  x: number;
  y: number;
  isDrawn: boolean;
}

/**
 * Whether a text stands in a picture of the sandbox, in its pixel font of any size that it
 * writes and in any colour. It must stand in one line:
 * prompts are wrapped, long lines of small pictures are cut off. JPG files blur what is written, so ask for PNG.
 */
export function drawnText(png: Buffer, text: string): boolean {
  const canvas = decodePng(png);
  if (canvas === undefined) throw new TypeError("This is no PNG file.");
  const { width, height, pixels } = canvas;
  const dots = dotsOf(text);
  if (!dots[0]?.isDrawn) throw new RangeError("A text with nothing to draw is everywhere.");
  const colours = Int32Array.from({ length: width * height }, (_, at) => pixels.readInt32LE(at * 4));
  for (let scale = textScale(width, height); scale > 0; scale--) {
    const offsets = dots.map(({ x, y }) => (y * width + x) * scale);
    const drawn = dots.map(({ isDrawn }) => isDrawn);
    const [first = 0] = offsets;
    const stands = (at: number): boolean => {
      const colour = colours[at + first];
      for (let dot = 1; dot < offsets.length; dot++) {
        if ((colours[at + (offsets[dot] ?? 0)] === colour) !== drawn[dot]) return false;
      }
      return true;
    };
    const lastTop = height - glyphHeight * scale;
    const lastLeft = width - (text.length * (glyphWidth + 1) - 1) * scale;
    for (let top = 0; top <= lastTop; top++) {
      for (let left = 0; left <= lastLeft; left++) if (stands(top * width + left)) return true;
    }
  }
  return false;
}

/** The dots of a text, the drawn ones between those that are left out, so that plain areas are told at once. */
function dotsOf(text: string): Dot[] {
  const drawn: Dot[] = [];
  const left: Dot[] = [];
  for (const [index, character] of [...text].entries()) {
    for (const [column, bits] of glyph(character).entries()) {
      for (let y = 0; y < glyphHeight; y++) {
        const isDrawn = ((bits >> y) & 1) === 1;
        (isDrawn ? drawn : left).push({ x: index * (glyphWidth + 1) + column, y, isDrawn });
      }
    }
  }
  return drawn.flatMap((dot, index) => [dot, ...left.slice(index, index + 1)]).concat(left.slice(drawn.length));
}
