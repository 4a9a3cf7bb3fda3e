/** What Runware can make of a picture for a ControlNet to go by; each is a model of its own. */
export const preprocessors = [
  "canny",
  "depth",
  "lineart",
  "lineart-anime",
  "mlsd",
  "normalbae",
  "openpose",
  "scribble",
  "seg",
  "shuffle",
  "softedge",
  "tile",
] as const;

export const preprocessorModel = (kind: string): string => `runware:controlnet-preprocess@${kind}`;
