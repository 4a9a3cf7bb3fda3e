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

/** Which preprocessor a setting is for, as third-party clients have it; Runware's pages show each with its own only. */
export const settingOwners = {
  lowThresholdCanny: "canny",
  highThresholdCanny: "canny",
  includeHandsAndFaceOpenPose: "openpose",
} as const satisfies Readonly<Record<string, string>>;
