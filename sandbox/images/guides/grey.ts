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
    const [red = 0, green = 0, blue = 0, alpha = 255] = [
      pixels[at * 4],
      pixels[at * 4 + 1],
      pixels[at * 4 + 2],
      pixels[at * 4 + 3],
    ];
    grey.values[at] = ((0.299 * red + 0.587 * green + 0.114 * blue) * alpha) / 255 + 255 - alpha;
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
  for (let y = 0; y < height; y++) {
    const [above, row, below] = [Math.max(0, y - 1) * width, y * width, Math.min(height - 1, y + 1) * width];
    for (let x = 0; x < width; x++) {
      const [before, after] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      const [a = 0, b = 0, c = 0] = [values[above + before], values[above + x], values[above + after]];
      const [d = 0, e = 0] = [values[row + before], values[row + after]];
      const [f = 0, g = 0, h = 0] = [values[below + before], values[below + x], values[below + after]];
      const [across, along] = [c + 2 * e + h - a - 2 * d - f, f + 2 * g + h - a - 2 * b - c];
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
  for (const [at, value] of values.entries()) {
    canvas.pixels.fill(Math.max(0, Math.min(255, Math.round(value))), at * 4, at * 4 + 3);
  }
  return canvas;
}
