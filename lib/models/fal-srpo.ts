import { fal } from "./dialects/fal";
import { facts as imageToImageFacts } from "./generated/fal-flux-srpo-image-to-image.facts";
import { facts as textToImageFacts } from "./generated/fal-flux-srpo-text-to-image.facts";
import type { Model, ModelWithModes, Validator } from "./model";
import { falTextToImageRules } from "./rules";

const title = "FLUX.1 SRPO [dev]";

const textToImage: Model = {
  type: "fal-flux-srpo-text-to-image",
  dialect: fal,
  id: "fal-ai/flux/srpo",
  title,
  mode: "text-to-image",
  /** Loaded when the first request is validated, not when Node-RED starts. */
  get validate(): Validator {
    return require("./generated/fal-flux-srpo-text-to-image.validate");
  },
  facts: textToImageFacts,
  rules: falTextToImageRules,
};

const imageToImage: Model = {
  type: "fal-flux-srpo-image-to-image",
  dialect: fal,
  id: "fal-ai/flux/srpo/image-to-image",
  title,
  mode: "image-to-image",
  imageParameter: "image_url",
  get validate(): Validator {
    return require("./generated/fal-flux-srpo-image-to-image.validate");
  },
  facts: imageToImageFacts,
  rules: [],
};

export const falSrpo: ModelWithModes = {
  type: "fal-flux-srpo",
  title,
  modes: { "text-to-image": textToImage, "image-to-image": imageToImage },
};
