import type { Leaf } from "../../lib/models/model";

/** A width and a height that go well together. */
export interface UsualSize {
  /** Width to height, in words: "16:9". */
  readonly shape: string;
  readonly width: number;
  readonly height: number;
}

const sized = (shape: string, width: number, height: number): UsualSize => ({ shape, width, height });

/** About a million pixels each, in multiples of 16: what FLUX.1 [dev] was made for. */
const usual: readonly UsualSize[] = [
  sized("1:1", 1024, 1024),
  sized("4:3", 1152, 864),
  sized("3:2", 1248, 832),
  sized("16:9", 1344, 768),
  sized("21:9", 1568, 672),
];

/** Kontext was made for a list of sizes of its own, as its authors published it (the resolutions it is trained on). */
const ofKontext: readonly UsualSize[] = [
  sized("1:1", 1024, 1024),
  sized("4:3", 1184, 880),
  sized("3:2", 1248, 832),
  sized("16:9", 1392, 752),
  sized("21:9", 1568, 672),
];

/** Upright instead of lying: 16:9 becomes 9:16. */
const upright = ({ shape, width, height }: UsualSize): UsualSize => ({
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
