import { decodePng } from "../../sandbox/images/decode-png";
import { glyph, glyphHeight, glyphWidth } from "../../sandbox/images/font";

/** The largest that the sandbox writes, in pixels per dot of its font. */
const largestScale = 12;

/** A dot of a text: where, and whether it is drawn or left out. */
interface Dot {
  x: number;
  y: number;
  isDrawn: boolean;
}

/**
 * Whether a text stands in a picture of the sandbox, in its pixel font of any size and colour. It must stand in one line:
 * prompts are wrapped, long lines of small pictures are cut off. JPG files blur what is written, so ask for PNG.
 */
export function drawnText(png: Buffer, text: string): boolean {
  const canvas = decodePng(png);
  if (canvas === undefined) throw new TypeError("This is no PNG file.");
  const { width, height, pixels } = canvas;
  const dots = dotsOf(text);
  const [first] = dots;
  if (first === undefined) throw new RangeError("A text with nothing to draw is everywhere.");
  const colours = Int32Array.from({ length: width * height }, (_, at) => pixels.readInt32BE(at * 4));
  for (let scale = 1; scale <= largestScale; scale++) {
    const rows = height - (glyphHeight - 1) * scale;
    const columns = width - (text.length * (glyphWidth + 1) - 1) * scale + 1;
    for (let top = 0; top < rows; top++) {
      for (let left = 0; left < columns; left++) {
        const at = (dot: Dot): number | undefined => colours[(top + dot.y * scale) * width + left + dot.x * scale];
        const colour = at(first);
        if (dots.every((dot) => (at(dot) === colour) === dot.isDrawn)) return true;
      }
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
