/** A rectangle on the canvas, from the upper left corner of the node. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** In a row, before the next one begins. */
const MOST_IN_A_ROW = 4;

const GAP = 6;

/** A picture whose size is not known is taken for a square; a very long one stays wide enough to be clicked. */
const shape = ({ width = 1, height = 1 }: { width?: number; height?: number }, side: number): [number, number] => {
  const scale = side / Math.max(width, height);
  return [Math.max(side / 8, width * scale), Math.max(side / 8, height * scale)];
};

/**
 * Where pictures go below a node: in rows, each with its own proportions.
 * @param side the longest one of each, in pixels of the canvas.
 * @param top where the first row begins.
 */
export const placesOf = (
  pictures: readonly { width?: number; height?: number }[],
  side: number,
  top: number,
): Place[] => {
  const places: Place[] = [];
  let [x, y, tallest] = [0, top, 0];
  for (const [index, picture] of pictures.entries()) {
    if (index > 0 && index % MOST_IN_A_ROW === 0) [x, y, tallest] = [0, y + tallest + GAP, 0];
    const [width, height] = shape(picture, side);
    places.push({ x, y, width, height });
    x += width + GAP;
    tallest = Math.max(tallest, height);
  }
  return places;
};
