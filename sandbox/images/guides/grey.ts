import { type Canvas, newCanvas } from "../canvas";

/** One value per pixel, mostly 0 to 255. */
export interface Grey {
  width: number;
  height: number;
  values: Float32Array;
}

export const newGrey = (width: number, height: number): Grey => ({
  width,
  height,
  values: new Float32Array(width * height),
});

/** How bright each pixel is; what is transparent counts as white. */
export function brightness({ width, height, pixels }: Canvas): Grey {
  const grey = newGrey(width, height);
  for (let at = 0; at < width * height; at++) {
    const from = at * 4;
    const alpha = pixels[from + 3] ?? 255;
    const light = 0.299 * (pixels[from] ?? 0) + 0.587 * (pixels[from + 1] ?? 0) + 0.114 * (pixels[from + 2] ?? 0);
    grey.values[at] = (light * alpha) / 255 + 255 - alpha;
  }
  return grey;
}

/** The mean over a square around each pixel, `radius` to each side. */
export function blur(grey: Grey, radius: number): Grey {
  return radius < 1 ? grey : blurLines(blurLines(grey, radius, "rows"), radius, "columns");
}

function blurLines({ width, height, values }: Grey, radius: number, along: "rows" | "columns"): Grey {
  const blurred = newGrey(width, height);
  const [lines, length, step, stride] = along === "rows" ? [height, width, 1, width] : [width, height, width, 1];
  for (let line = 0; line < lines; line++) {
    const start = line * stride;
    let sum = 0;
    for (let at = 0; at < Math.min(radius, length); at++) sum += values[start + at * step] ?? 0;
    for (let at = 0; at < length; at++) {
      if (at + radius < length) sum += values[start + (at + radius) * step] ?? 0;
      if (at - radius > 0) sum -= values[start + (at - radius - 1) * step] ?? 0;
      const first = Math.max(0, at - radius);
      const last = Math.min(length - 1, at + radius);
      blurred.values[start + at * step] = sum / (last - first + 1);
    }
  }
  return blurred;
}

/** How a picture's values rise. */
interface Slopes {
  /** To the right and downwards, by Sobel's operator: up to 1020 for each. */
  right: Grey;
  down: Grey;
  /** Both together: 0 on plain areas, up to 2040 at an edge from black to white. */
  steep: Grey;
}

export function slopes({ width, height, values }: Grey): Slopes {
  const [right, down, steep] = [newGrey(width, height), newGrey(width, height), newGrey(width, height)];
  const value = (at: number): number => values[at] ?? 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = y === 0 ? row : row - width;
    const below = y === height - 1 ? row : row + width;
    for (let x = 0; x < width; x++) {
      const before = x === 0 ? 0 : x - 1;
      const after = x === width - 1 ? x : x + 1;
      const corners = value(above + after) - value(below + before);
      const others = value(below + after) - value(above + before);
      const across = corners + others + 2 * (value(row + after) - value(row + before));
      const along = others - corners + 2 * (value(below + x) - value(above + x));
      right.values[row + x] = across;
      down.values[row + x] = along;
      steep.values[row + x] = Math.abs(across) + Math.abs(along);
    }
  }
  return { right, down, steep };
}

/** A picture in greys; what is beyond 0 to 255 is cut off. */
export function asCanvas({ width, height, values }: Grey): Canvas {
  const canvas = newCanvas(width, height);
  for (let at = 0; at < values.length; at++) {
    const shade = Math.max(0, Math.min(255, Math.round(values[at] ?? 0)));
    canvas.pixels[at * 4] = shade;
    canvas.pixels[at * 4 + 1] = shade;
    canvas.pixels[at * 4 + 2] = shade;
  }
  return canvas;
}
