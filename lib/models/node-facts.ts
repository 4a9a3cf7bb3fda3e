import type { Leaf, Mode, ModelFacts, NodeModel } from "./model";

/** Two lists as one, without repetition: what only the second has comes after its neighbour there. */
const interleaved = (first: readonly string[], second: readonly string[]): string[] => {
  const all = [...first];
  let at = 0;
  for (const item of second) {
    const known = all.indexOf(item);
    if (known < 0) all.splice(at, 0, item);
    at = (known < 0 ? at : known) + 1;
  }
  return all;
};

const byPath = <Item extends { path: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.path, item]));

const rangeOf = ({ minimum, maximum, default: standard }: Leaf): Pick<Leaf, "minimum" | "maximum" | "default"> => ({
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
  ...(standard !== undefined && { default: standard }),
});

/** A parameter of both modes: the widest range, and each mode's own where they differ. */
const ofBoth = (text: Leaf, image: Leaf): Leaf => {
  const isSame = text.minimum === image.minimum && text.maximum === image.maximum && text.default === image.default;
  if (isSame) return text;
  const { minimum: _minimum, maximum: _maximum, default: _default, ...common } = text;
  const isBounded = (side: "minimum" | "maximum"): boolean => text[side] !== undefined && image[side] !== undefined;
  return {
    ...common,
    ...(isBounded("minimum") && { minimum: Math.min(Number(text.minimum), Number(image.minimum)) }),
    ...(isBounded("maximum") && { maximum: Math.max(Number(text.maximum), Number(image.maximum)) }),
    ...(text.default === image.default && text.default !== undefined && { default: text.default }),
    byMode: { "text-to-image": rangeOf(text), "image-to-image": rangeOf(image) },
  };
};

const ofOne = (leaf: Leaf | undefined, mode: Mode): Leaf[] => (leaf ? [{ ...leaf, mode }] : []);

const joined = (text: ModelFacts, image: ModelFacts): ModelFacts => {
  const [textLeaves, imageLeaves] = [byPath(text.leaves), byPath(image.leaves)];
  const leaves = interleaved([...textLeaves.keys()], [...imageLeaves.keys()]).flatMap((path) => {
    const [ofText, ofImage] = [textLeaves.get(path), imageLeaves.get(path)];
    if (ofText && ofImage) return [ofBoth(ofText, ofImage)];
    return [...ofOne(ofText, "text-to-image"), ...ofOne(ofImage, "image-to-image")];
  });
  const lists = [...new Map([...byPath(text.lists), ...byPath(image.lists)]).values()];
  return { leaves, lists, objects: [...new Set([...text.objects, ...image.objects])] };
};

/**
 * What a dialog and a help table need to know of a node's model. Of a model with several modes: the parameters of all of
 * them, with `mode` where only one has it, and with `byMode` where range or default differ; `minimum` and `maximum` are
 * then the widest, and `default` is absent where it differs.
 */
export const nodeFacts = (model: NodeModel): ModelFacts =>
  "modes" in model ? joined(model.modes["text-to-image"].facts, model.modes["image-to-image"].facts) : model.facts;
