import { runware } from "./dialects/runware";
import { facts } from "./generated/runware-flux-kontext.facts";
import type { Model, Validator } from "./model";
import { kontextRules } from "./rules";

export const kontext: Model = {
  type: "runware-flux-kontext",
  dialect: runware,
  id: "runware:106@1",
  title: "FLUX.1 Kontext [dev]",
  imageParameter: "inputs.referenceImages",
  /** Loaded when the first request is validated, not when Node-RED starts. */
  get validate(): Validator {
    return require("./generated/runware-flux-kontext.validate");
  },
  facts,
  rules: kontextRules,
};
