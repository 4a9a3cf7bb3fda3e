import type { Part } from "./composition";
import { glyphHeight, glyphWidth } from "./font";

/** Dots from one line of text to the next. */
export const lineHeight = glyphHeight + 2;

/** How large the pixel font is written on a picture: pixels per dot. */
export const textScale = (width: number, height: number): number =>
  Math.max(1, Math.round(Math.min(width, height * 1.4) / 340));

/** How many letters stand in so many pixels. */
export const lettersIn = (pixels: number, scale: number): number =>
  Math.floor((pixels + scale) / ((glyphWidth + 1) * scale));

/** What stands in one row. */
interface Line extends Pick<Part, "pictures"> {
  text: string;
}

interface Row extends Line {
  /** In pixels. */
  height: number;
}

interface Layout {
  rows: readonly Row[];
  scale: number;
  /** To the left and to the right of the rows, in pixels. */
  margin: number;
  bottom: number;
  /** Of a small picture, in pixels. */
  side: number;
}

interface Size {
  width: number;
  height: number;
}

/** How large small pictures are, as a share of the shorter side, and how much of the height the parts may then take. */
const generosities = [
  { side: 0.2, height: 0.35 },
  { side: 0.14, height: 0.35 },
  { side: 0.08, height: 0.5 },
] as const;
const frugal = generosities[2];

/** More pictures of a part than these are only counted. */
export const mostPictures = 3;
/** More parts of a kind than these are only counted, also where there is room. */
const mostOfKind = 6;
/** Pictures narrower than this have no pixels to spare for margins. */
const narrow = 256;

/** Where the parts stand: as large as they all fit, and where they do not, some of them. Undefined where none does. */
export function layOut(parts: readonly Part[], size: Size): Layout | undefined {
  const smallest = smallestScale(size);
  const all = linesFor(parts, mostOfKind);
  for (let scale = textScale(size.width, size.height); scale >= smallest; scale--) {
    for (const generosity of generosities) {
      const layout = arrange(all, scale, generosity.side, size);
      const isWhole = layout.rows.every((row) => row.text.length <= room(row, layout, size));
      if (isWhole && layout.bottom <= size.height * generosity.height) return layout;
    }
  }
  const most = size.height * frugal.height;
  for (let count = mostOfKind; count > 0; count--) {
    const layout = arrange(linesFor(parts, count), smallest, frugal.side, size);
    if (layout.bottom <= most) return layout;
  }
  const bare = arrange(withoutPictures(linesFor(parts, 1)), smallest, frugal.side, size);
  if (bare.bottom <= most) return bare;
  const first = Math.floor((most - 2 * smallest) / (lineHeight * smallest)) - 1;
  if (first < 1) return undefined;
  const lines = [...withoutPictures(parts.slice(0, first).map(lineFor)), more(parts.length - first)];
  return arrange(lines, smallest, frugal.side, size);
}

/** Text smaller than this is hard to read on a picture that is looked at as a whole. */
const smallestScale = ({ width, height }: Size): number => Math.max(1, Math.round(Math.min(width, height * 1.4) / 512));

function arrange(lines: readonly Line[], scale: number, share: number, { width, height }: Size): Layout {
  const side = Math.max(1, Math.floor(Math.min(width, height) * share));
  const text = lineHeight * scale;
  const rows = lines.map((line) => ({
    ...line,
    height: line.pictures.length > 0 ? Math.max(text, side + scale) : text,
  }));
  const bottom = rows.reduce((sum, row) => sum + row.height, 0) + 2 * scale;
  return { rows, scale, margin: width < narrow ? scale : 3 * scale, bottom, side };
}

/** The letters that surely have room beside a row's pictures, which are at most twice as wide as high. */
const room = ({ pictures }: Row, { margin, scale, side }: Layout, { width }: Size): number =>
  lettersIn(width - 2 * margin - pictures.length * (2 * side + scale), scale);

/** A line for each part, up to `count` of a kind, and one for the others of the kind. */
function linesFor(parts: readonly Part[], count: number): Line[] {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const all = parts.filter((part) => part.kind === kind);
    const shown = all.slice(0, count).map(lineFor);
    return all.length > count ? [...shown, more(all.length - count, `${kind} `)] : shown;
  });
}

const lineFor = ({ kind, text, pictures }: Part): Line => ({
  text: `${kind} ${text}`,
  pictures: pictures.slice(0, mostPictures),
});

const more = (count: number, kind = ""): Line => ({ text: `${kind}+${count} more`, pictures: [] });

const withoutPictures = (lines: readonly Line[]): Line[] => lines.map((line) => ({ ...line, pictures: [] }));
