import { runware } from "./dialects/runware";
import { facts } from "./generated/runware-flux-krea.facts";
import type { Model, Validator } from "./model";
import { textToImageRules } from "./rules";

export const krea: Model = {
  type: "runware-flux-krea",
  dialect: runware,
  id: "runware:107@1",
  title: "FLUX.1 Krea [dev]",
  imageParameter: "inputs.seedImage",
  /** Loaded when the first request is validated, not when Node-RED starts. */
  get validate(): Validator {
    return require("./generated/runware-flux-krea.validate");
  },
  facts,
  rules: textToImageRules,
};
