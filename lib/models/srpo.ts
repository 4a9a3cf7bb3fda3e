import { runware } from "./dialects/runware";
import { facts } from "./generated/runware-flux-srpo.facts";
import type { Model, Validator } from "./model";
import { textToImageRules } from "./rules";

export const srpo: Model = {
  type: "runware-flux-srpo",
  dialect: runware,
  id: "runware:111@1",
  title: "FLUX.1 [dev] SRPO",
  imageParameter: "inputs.seedImage",
  /** Loaded when the first request is validated, not when Node-RED starts. */
  get validate(): Validator {
    return require("./generated/runware-flux-srpo.validate");
  },
  facts,
  rules: textToImageRules,
};
