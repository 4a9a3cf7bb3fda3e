import type { CommonJob } from "./jobs";

/**
 * US dollars for one picture of 1024 x 1024 pixels in 28 steps. Krea's is the published price; Kontext's is what its
 * published examples were charged; SRPO's is a guess of the same order.
 */
const basePrices: Readonly<Record<string, number>> = {
  "runware:107@1": 0.0098,
  "runware:106@1": 0.0143,
  "runware:111@1": 0.0112,
};
const otherModels = 0.01;

/** The price of one picture at Runware, in US dollars, rounded to a hundredth of a cent; never 0. */
export function priceOfPicture(model: string, width: number, height: number, steps: number): number {
  const base = Object.hasOwn(basePrices, model) ? (basePrices[model] ?? otherModels) : otherModels;
  const price = base * ((width * height) / (1024 * 1024)) * (steps / 28);
  return Math.max(0.0001, Math.round(price * 10_000) / 10_000);
}

/** US dollars for a guide image at Runware, whatever its size: a guess. */
export const pricePerGuide = 0.0006;

/** US dollars for a megapixel at fal: a guess. */
const megapixelPrice = 0.025;

/** What a picture is billed as at fal: megapixels, of which a begun one counts whole. */
const megapixels = ({ width, height }: { width: number; height: number }): number =>
  Math.max(1, Math.ceil((width * height) / 1024 ** 2));

/** The price of one picture at fal, in US dollars. */
export const priceByPixels = (size: { width: number; height: number }): number => megapixelPrice * megapixels(size);

/** The units in which fal bills a job. */
export const unitsOf = ({ drawing, pictures }: CommonJob): number =>
  megapixels(drawing) * pictures.filter(({ failed }) => !failed).length;
