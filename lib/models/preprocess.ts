import { runwarePreprocess } from "./dialects/runware-preprocess";
import { facts } from "./generated/runware-preprocess.facts";
import type { Model, Validator } from "./model";
import { preprocessRules } from "./rules";

export const preprocess: Model = {
  type: "runware-preprocess",
  dialect: runwarePreprocess,
  id: "runware:controlnet-preprocess",
  title: "ControlNet preprocessing",
  imageParameter: "inputs.image",
  taskType: "controlNetPreprocess",
  resultInto: "guideImage",
  /** Loaded when the first request is validated, not when Node-RED starts. */
  get validate(): Validator {
    return require("./generated/runware-preprocess.validate");
  },
  facts,
  rules: preprocessRules,
};
