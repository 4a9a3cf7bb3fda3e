import { asPixel, asPixels, blend, type Canvas, type Colour, fillDisc, fromHsl } from "./canvas";

/** Yields numbers from 0 to 1, always the same ones for the same picture. */
export type Chance = () => number;

/** Numbers drawn from 32 bytes (a hash): xorshift over four 32-bit words. */
export function chanceFrom(bytes: Buffer): Chance {
  let [a, b, c, d] = [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(offset) | 1);
  return () => {
    const t = (a ?? 1) ^ ((a ?? 1) << 11);
    [a, b, c] = [b, c, d];
    d = (d ?? 1) ^ ((d ?? 1) >>> 19) ^ t ^ (t >>> 8);
    return (d >>> 0) / 2 ** 32;
  };
}

/** Hills under a low sun. */
export function drawHills(canvas: Canvas, chance: Chance): void {
  const { width, height } = canvas;
  const target = asPixels(canvas);
  const hue = chance();
  const sky: [Colour, Colour] = [fromHsl(hue, 0.55, 0.42), fromHsl(hue + 0.12, 0.85, 0.8)];
  for (let y = 0; y < height; y++) {
    target.fill(asPixel(blend(sky[0], sky[1], Math.min(1, (1.4 * y) / height))), y * width, (y + 1) * width);
  }
  const radius = (0.09 + 0.07 * chance()) * Math.min(width, height);
  const centre = [(0.2 + 0.6 * chance()) * width, (0.18 + 0.2 * chance()) * height] as const;
  fillDisc(canvas, target, centre[0], centre[1], radius, asPixel(fromHsl(hue + 0.14, 0.95, 0.92)));

  const ranges = 5;
  const ridges = Array.from({ length: ranges }, (_, range) => {
    const waves = Array.from({ length: 4 }, (__, wave) => ({
      length: (1.2 + 2.4 * wave + 2 * chance()) * Math.PI,
      phase: chance() * 2 * Math.PI,
      size: ((0.07 - 0.006 * range) / (wave + 1)) * (0.6 + chance()),
    }));
    const base = 0.42 + 0.11 * range + 0.03 * chance();
    return Float64Array.from({ length: width }, (__, x) => {
      let ridge = base;
      for (const { length, phase, size } of waves) ridge += size * Math.sin((x / width) * length + phase);
      return ridge * height;
    });
  });
  const hills = ridges.map((_, range) =>
    asPixel(blend(sky[1], fromHsl(hue + 0.05, 0.5, 0.14), 0.25 + (0.75 * (range + 1)) / ranges)),
  );
  for (const [range, ridge] of ridges.entries()) {
    const pixel = hills[range] ?? 0;
    const top = Math.max(0, Math.floor(Math.min(...sampled(ridge))));
    for (let y = top; y < height; y++) {
      const row = y * width;
      for (let x = 0; x < width; x++) if (y >= (ridge[x] ?? 0)) target[row + x] = pixel;
    }
  }
}

/** The extremes of a smooth curve, without spreading thousands of values into a call. */
function sampled(values: Float64Array): number[] {
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of values) lowest = Math.min(lowest, value);
  return [lowest];
}

/** Overlapping rings and discs on a soft gradient. */
export function drawDiscs(canvas: Canvas, chance: Chance): void {
  const { width, height } = canvas;
  const target = asPixels(canvas);
  const hue = chance();
  const [above, below] = [fromHsl(hue, 0.6, 0.9), fromHsl(hue + 0.2, 0.65, 0.55)];
  for (let y = 0; y < height; y++) {
    target.fill(asPixel(blend(above, below, y / height)), y * width, (y + 1) * width);
  }
  const side = Math.min(width, height);
  for (let disc = 0; disc < 9; disc++) {
    const [x, y] = [chance() * width, chance() * height];
    const radius = (0.32 - 0.025 * disc) * (0.5 + chance()) * side;
    const tone = hue + 0.08 * disc;
    for (let ring = 0; ring < 4; ring++) {
      const colour = fromHsl(tone + 0.02 * ring, 0.55 + 0.1 * ring, ring % 2 === 0 ? 0.6 : 0.72);
      fillDisc(canvas, target, x, y, radius * (1 - 0.24 * ring), asPixel(colour));
    }
  }
}

/** A mosaic of slanted tiles. */
export function drawTiles(canvas: Canvas, chance: Chance): void {
  const { width, height } = canvas;
  const target = asPixels(canvas);
  const hue = chance();
  const across = 6 + Math.floor(chance() * 4);
  const slant = chance() - 0.5;
  const tiles = Uint32Array.from({ length: 64 * 64 }, () =>
    asPixel(fromHsl(hue + 0.22 * chance(), 0.5 + 0.3 * chance(), 0.35 + 0.45 * chance())),
  );
  const joint = asPixel(fromHsl(hue, 0.3, 0.16));
  const side = width / across;
  const gap = Math.min(0.04, 2 / side);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x + slant * y) / side + 32;
      const v = (y - slant * x) / side + 32;
      const seam = u - Math.floor(u) < gap || v - Math.floor(v) < gap;
      target[y * width + x] = seam ? joint : (tiles[(Math.floor(v) & 63) * 64 + (Math.floor(u) & 63)] ?? joint);
    }
  }
}

/** Makes all but an oval in the middle transparent, with a soft edge. */
export function cutOut({ width, height, pixels }: Canvas): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot((2 * x) / width - 1, (2 * y) / height - 1);
      pixels[(y * width + x) * 4 + 3] = Math.round(255 * Math.max(0, Math.min(1, (0.9 - distance) / 0.08)));
    }
  }
}
