import { asPixel, asPixels, black, type Canvas, newCanvas } from "../canvas";
import { asCanvas, blur, brightness, type Grey, newGrey, slopes } from "./grey";

/** Where an edge begins and where it is one for sure: steepness, as Canny's detector measures it. */
export interface Thresholds {
  low: number;
  high: number;
}

/** Thin white edges on black. Those between the thresholds count where they touch a sure one. */
export function canny(picture: Canvas, thresholds: Thresholds): Canvas {
  return asCanvas(thinEdges(picture, thresholds));
}

function thinEdges(picture: Canvas, { low, high }: Thresholds): Grey {
  const grey = blur(brightness(picture), 1);
  const { right, down, steep } = slopes(grey);
  const { width, height } = grey;
  const edges = newGrey(width, height);
  const sure: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value = steep.values[at] ?? 0;
      // Only the ridge of an edge, seen across it.
      const across = Math.abs(right.values[at] ?? 0) > Math.abs(down.values[at] ?? 0) ? 1 : width;
      if (value <= low || value < (steep.values[at - across] ?? 0) || value <= (steep.values[at + across] ?? 0)) {
        continue;
      }
      edges.values[at] = 1;
      if (value > high) sure.push(at);
    }
  }
  for (let at = sure.pop(); at !== undefined; at = sure.pop()) {
    if (edges.values[at] !== 1) continue;
    edges.values[at] = 255;
    for (const row of [-width, 0, width]) sure.push(at + row - 1, at + row, at + row + 1);
  }
  for (const [at, value] of edges.values.entries()) if (value === 1) edges.values[at] = 0;
  return edges;
}

/** White lines on black, the stronger the edge. */
export function lineart(picture: Canvas, strength: number): Canvas {
  const { steep } = slopes(brightness(picture));
  for (const [at, value] of steep.values.entries()) steep.values[at] = value * strength;
  return asCanvas(steep);
}

/** Wide and soft edges. */
export function softEdges(picture: Canvas): Canvas {
  const { width, height } = picture;
  const radius = Math.max(1, Math.round(Math.min(width, height) / 256));
  const soft = blur(slopes(blur(brightness(picture), radius)).steep, radius);
  for (const [at, value] of soft.values.entries()) soft.values[at] = value * 1.5;
  return asCanvas(soft);
}

/** Few and thick strokes, either white or black. */
export function scribble(picture: Canvas): Canvas {
  const { width, height } = picture;
  const radius = Math.max(1, Math.round(Math.min(width, height) / 200));
  const wide = blur(thinEdges(picture, { low: 60, high: 160 }), radius);
  for (const [at, value] of wide.values.entries()) wide.values[at] = value > 255 / (2 * radius + 4) ? 255 : 0;
  return asCanvas(wide);
}

/** Straight lines: in each square, the one that fits the edges there best. */
export function straightLines(picture: Canvas): Canvas {
  const edges = thinEdges(picture, { low: 60, high: 120 });
  const { width, height } = edges;
  const side = Math.max(8, Math.round(Math.min(width, height) / 16));
  const canvas = newCanvas(width, height);
  asPixels(canvas).fill(asPixel(black));
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      const points: [number, number][] = [];
      for (let y = top; y < Math.min(height, top + side); y++) {
        for (let x = left; x < Math.min(width, left + side); x++) {
          if ((edges.values[y * width + x] ?? 0) > 0) points.push([x, y]);
        }
      }
      if (points.length >= side / 3) drawBestLine(canvas, points);
    }
  }
  return canvas;
}

/** The line through the middle of the points along which they lie, as long as they reach. */
function drawBestLine(canvas: Canvas, points: readonly (readonly [number, number])[]): void {
  let [x, y] = [0, 0];
  for (const point of points) [x, y] = [x + point[0] / points.length, y + point[1] / points.length];
  let [xx, xy, yy] = [0, 0, 0];
  for (const point of points) {
    const [dx, dy] = [point[0] - x, point[1] - y];
    [xx, xy, yy] = [xx + dx * dx, xy + dx * dy, yy + dy * dy];
  }
  // How far the points are off the line; those of curves and of several edges are.
  const off = (xx + yy - Math.hypot(xx - yy, 2 * xy)) / 2 / points.length;
  if (off > 2) return;
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [right, down] = [Math.cos(angle), Math.sin(angle)];
  let [from, to] = [0, 0];
  for (const point of points) {
    const along = (point[0] - x) * right + (point[1] - y) * down;
    [from, to] = [Math.min(from, along), Math.max(to, along)];
  }
  for (let along = from; along <= to; along += 0.5) {
    whiten(canvas, Math.round(x + along * right), Math.round(y + along * down));
  }
}

function whiten({ width, height, pixels }: Canvas, x: number, y: number): void {
  if (x >= 0 && y >= 0 && x < width && y < height) pixels.fill(255, (y * width + x) * 4, (y * width + x) * 4 + 4);
}
