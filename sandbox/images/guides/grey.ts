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

/** How the values rise to the right and downwards (Sobel: up to 1020 for each). */
export function slopes({ width, height, values }: Grey): { right: Grey; down: Grey } {
  const [right, down] = [newGrey(width, height), newGrey(width, height)];
  const value = (x: number, y: number): number =>
    values[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))] ?? 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [a, b, c] = [value(x - 1, y - 1), value(x, y - 1), value(x + 1, y - 1)];
      const [d, f] = [value(x - 1, y), value(x + 1, y)];
      const [g, h, i] = [value(x - 1, y + 1), value(x, y + 1), value(x + 1, y + 1)];
      right.values[y * width + x] = c + 2 * f + i - a - 2 * d - g;
      down.values[y * width + x] = g + 2 * h + i - a - 2 * b - c;
    }
  }
  return { right, down };
}

/** How steep the values are at each pixel: 0 on plain areas, up to 2040 at an edge from black to white. */
export function steepness(grey: Grey): Grey {
  const { right, down } = slopes(grey);
  const steep = newGrey(grey.width, grey.height);
  for (const at of steep.values.keys()) {
    steep.values[at] = Math.abs(right.values[at] ?? 0) + Math.abs(down.values[at] ?? 0);
  }
  return steep;
}

/** A picture in greys; what is beyond 0 to 255 is cut off. */
export function asCanvas({ width, height, values }: Grey): Canvas {
  const canvas = newCanvas(width, height);
  for (const [at, value] of values.entries()) {
    canvas.pixels.fill(Math.max(0, Math.min(255, Math.round(value))), at * 4, at * 4 + 3);
  }
  return canvas;
}
