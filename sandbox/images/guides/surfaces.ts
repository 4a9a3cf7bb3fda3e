import { type Canvas, type Colour, fromHsl, newCanvas, paste } from "../canvas";
import { resize } from "../decoding";
import type { Chance } from "../scenes";
import { asCanvas, blur, brightness, newGrey, slopes } from "./grey";

/** A radius that blurs small and large pictures alike. */
const softly = ({ width, height }: Canvas, part: number): number =>
  Math.max(1, Math.round(Math.min(width, height) / part));

/** Near is bright: what is far down counts as near, and so does what is bright. */
export function depth(picture: Canvas): Canvas {
  const { width, height } = picture;
  const light = blur(brightness(picture), softly(picture, 60));
  const far = newGrey(width, height);
  for (const at of far.values.keys()) {
    far.values[at] = (0.6 * 255 * Math.floor(at / width)) / height + 0.4 * (light.values[at] ?? 0);
  }
  return asCanvas(far);
}

/** Which way a surface faces, as colour, where brightness is taken for height. */
export function normals(picture: Canvas): Canvas {
  const { right, down } = slopes(blur(brightness(picture), softly(picture, 120)));
  const canvas = newCanvas(picture.width, picture.height);
  for (const at of right.values.keys()) {
    const [x, y, z] = [-(right.values[at] ?? 0), -(down.values[at] ?? 0), 60];
    const length = Math.hypot(x, y, z);
    canvas.pixels[at * 4] = Math.round(127.5 * (1 + x / length));
    canvas.pixels[at * 4 + 1] = Math.round(127.5 * (1 - y / length));
    canvas.pixels[at * 4 + 2] = Math.round(127.5 * (1 + z / length));
  }
  return canvas;
}

/** What belongs together in one strong colour: areas of about the same brightness. */
export function segments(picture: Canvas): Canvas {
  const classes = 8;
  const colours = Array.from({ length: classes }, (_, index): Colour => fromHsl((index * 3) / classes, 0.75, 0.5));
  const light = blur(brightness(picture), softly(picture, 80));
  const canvas = newCanvas(picture.width, picture.height);
  for (const [at, value] of light.values.entries()) {
    canvas.pixels.set(colours[Math.min(classes - 1, Math.floor((value * classes) / 256))] ?? [0, 0, 0], at * 4);
  }
  return canvas;
}

/** The picture in squares of one colour each. */
export function mosaic(picture: Canvas): Canvas {
  const { width, height } = picture;
  const side = softly(picture, 48);
  const small = resize(picture, Math.max(1, Math.ceil(width / side)), Math.max(1, Math.ceil(height / side)));
  return opaque(resize(small, width, height));
}

/** The picture's squares in another order. */
export function shuffled(picture: Canvas, chance: Chance): Canvas {
  const { width, height } = picture;
  const across = Math.min(6, width, height);
  const [side, rise] = [Math.floor(width / across), Math.floor(height / across)];
  const places = Array.from({ length: across * across }, (_, index) => index);
  const canvas = opaque({ ...picture, pixels: Buffer.from(picture.pixels) });
  for (let index = 0; index < across * across; index++) {
    const [taken = 0] = places.splice(Math.floor(chance() * places.length), 1);
    const [left, top] = [(taken % across) * side, Math.floor(taken / across) * rise];
    paste(canvas, cut(picture, left, top, side, rise), (index % across) * side, Math.floor(index / across) * rise);
  }
  return opaque(canvas);
}

function cut({ width, pixels }: Canvas, left: number, top: number, side: number, rise: number): Canvas {
  const part = newCanvas(side, rise);
  for (let y = 0; y < rise; y++) {
    const from = ((top + y) * width + left) * 4;
    pixels.copy(part.pixels, y * side * 4, from, from + side * 4);
  }
  return part;
}

function opaque(canvas: Canvas): Canvas {
  const { pixels } = canvas;
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  return canvas;
}
