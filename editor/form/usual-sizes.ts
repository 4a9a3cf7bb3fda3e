import type { Leaf } from "../../lib/models/model";

/** A width and a height that go well together. */
export interface UsualSize {
  /** Width to height, in words: "16:9". */
  readonly shape: string;
  readonly width: number;
  readonly height: number;
}

/** About a million pixels each, in multiples of 16: what FLUX.1 [dev] was made for. */
const usual: readonly UsualSize[] = [
  { shape: "1:1", width: 1024, height: 1024 },
  { shape: "4:3", width: 1152, height: 864 },
  { shape: "3:2", width: 1248, height: 832 },
  { shape: "16:9", width: 1344, height: 768 },
  { shape: "21:9", width: 1568, height: 672 },
];

/** Kontext was made for a list of sizes of its own, as its authors published it (the resolutions it is trained on). */
const ofKontext: readonly UsualSize[] = [
  { shape: "1:1", width: 1024, height: 1024 },
  { shape: "4:3", width: 1184, height: 880 },
  { shape: "3:2", width: 1248, height: 832 },
  { shape: "16:9", width: 1392, height: 752 },
  { shape: "21:9", width: 1568, height: 672 },
];

/** Upright instead of lying: 16:9 becomes 9:16. */
export const upright = ({ shape, width, height }: UsualSize): UsualSize => ({
  shape: shape.split(":").reverse().join(":"),
  width: height,
  height: width,
});

/** Sizes for a model, lying and square. */
export const usualSizesOf = (type: string): readonly UsualSize[] =>
  type === "runware-flux-kontext" ? ofKontext : usual;

/** Those that a model takes, lying ones first. */
export const offeredSizes = (sizes: readonly UsualSize[], width: Leaf, height: Leaf): UsualSize[] => {
  const takes = ({ minimum = 0, maximum = Number.POSITIVE_INFINITY, step = 1 }: Leaf, side: number): boolean =>
    side >= minimum && side <= maximum && side % step === 0;
  const lying = sizes.filter((size) => size.width > size.height);
  const square = sizes.filter((size) => size.width === size.height);
  return [...square, ...lying, ...lying.map(upright)].filter(
    (size) => takes(width, size.width) && takes(height, size.height),
  );
};
