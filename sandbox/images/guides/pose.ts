import { asPixel, asPixels, black, type Canvas, type Colour, fillDisc, fromHsl, newCanvas } from "../canvas";
import { brightness, slopes } from "./grey";

/** Where the joints are: across from the middle, and down from the top, both in heights of the figure. */
const joints = {
  nose: [0, 0.07],
  neck: [0, 0.18],
  rightShoulder: [-0.11, 0.19],
  rightElbow: [-0.18, 0.34],
  rightWrist: [-0.2, 0.49],
  leftShoulder: [0.11, 0.19],
  leftElbow: [0.21, 0.3],
  leftWrist: [0.28, 0.16],
  rightHip: [-0.07, 0.5],
  rightKnee: [-0.09, 0.73],
  rightAnkle: [-0.1, 0.97],
  leftHip: [0.07, 0.5],
  leftKnee: [0.11, 0.72],
  leftAnkle: [0.13, 0.97],
} as const;

type Joint = keyof typeof joints;

const limbs: readonly (readonly [Joint, Joint])[] = [
  ["nose", "neck"],
  ["neck", "rightShoulder"],
  ["rightShoulder", "rightElbow"],
  ["rightElbow", "rightWrist"],
  ["neck", "leftShoulder"],
  ["leftShoulder", "leftElbow"],
  ["leftElbow", "leftWrist"],
  ["neck", "rightHip"],
  ["rightHip", "rightKnee"],
  ["rightKnee", "rightAnkle"],
  ["neck", "leftHip"],
  ["leftHip", "leftKnee"],
  ["leftKnee", "leftAnkle"],
];

/** A figure of coloured sticks on black, where most happens in the picture; with `details` it has fingers and a face. */
export function stickFigure(picture: Canvas, details: boolean): Canvas {
  const { width, height } = picture;
  const canvas = newCanvas(width, height);
  const target = asPixels(canvas);
  target.fill(asPixel(black));
  const tall = 0.84 * Math.min(height, 1.8 * width);
  const middle = Math.max(0.3 * tall, Math.min(width - 0.3 * tall, middleOf(picture)));
  const top = (height - tall) / 2;
  const at = (joint: Joint): [number, number] => [middle + joints[joint][0] * tall, top + joints[joint][1] * tall];
  const thick = Math.max(0.6, tall / 90);
  const dot = ([x, y]: readonly [number, number], radius: number, colour: Colour): void =>
    fillDisc(canvas, target, x, y, radius, asPixel(colour));
  for (const [index, [from, to]] of limbs.entries()) {
    const [start, end] = [at(from), at(to)];
    const steps = Math.ceil(Math.hypot(end[0] - start[0], end[1] - start[1]) * 2);
    const colour = fromHsl(index / limbs.length, 1, 0.4);
    for (let step = 0; step <= steps; step++) dot(between(start, end, step / steps), thick, colour);
  }
  for (const [index, joint] of joins.entries()) dot(at(joint), 1.4 * thick, fromHsl(index / joins.length, 1, 0.5));
  if (details) {
    for (const wrist of [at("leftWrist"), at("rightWrist")]) drawAround(wrist, 5, 0.035 * tall, 0.6 * thick);
    drawAround(at("nose"), 12, 0.05 * tall, 0.5 * thick);
  }
  return canvas;

  function drawAround([x, y]: readonly [number, number], count: number, away: number, radius: number): void {
    for (let index = 0; index < count; index++) {
      const angle = (2 * Math.PI * index) / count;
      dot([x + away * Math.cos(angle), y + away * Math.sin(angle)], Math.max(0.6, radius), [255, 255, 255]);
    }
  }
}

const joins = Object.keys(joints) as Joint[];

const between = (from: readonly [number, number], to: readonly [number, number], share: number): [number, number] => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
];

/** The column around which the picture's edges are. */
function middleOf(picture: Canvas): number {
  const { width, values } = slopes(brightness(picture)).steep;
  let [sum, weight] = [0, 0];
  for (const [at, value] of values.entries()) {
    sum += value * (at % width);
    weight += value;
  }
  return weight === 0 ? width / 2 : sum / weight;
}
