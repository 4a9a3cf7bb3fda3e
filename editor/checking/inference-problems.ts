import type { Violation } from "../../lib/errors";
import type { Mode, Model, NodeModel } from "../../lib/models/model";
import { knows, parametersOf } from "../../lib/models/parameters";
import { generalPath, readPath, valueAt } from "../../lib/models/paths";
import { merged } from "../../lib/models/preparing/merge";
import { setAnswerForm, takeTaskNames } from "../../lib/models/preparing/owned";
import { fillInSent } from "../../lib/models/preparing/sent";
import type { FluxRequest } from "../../lib/models/request";
import { nest } from "../../lib/node-red/params";
import type { Typed } from "../node-red";
import type { Values } from "../params";
import { asTyped } from "../saved-node";
import { findProblems } from "./find-problems";
import { whatIsKnown } from "./known";
import { allowsUnknown, type ReadSetting, readDelivery, readMode, readOutput } from "./node-settings";
import type { Problem } from "./problem";
import { standIn } from "./stand-in";

/** What a source brings: its text where that is written in the dialog, otherwise a stand-in. */
const brought = (model: Model, path: string, source: Typed): { value: unknown; isFixed: boolean } => {
  const known = whatIsKnown(source, parametersOf(model).leaves.get(path));
  return typeof known === "object"
    ? { value: known.value, isFixed: true }
    : { value: standIn(model, path, 0), isFixed: false };
};

/** Puts a value at a path, in place; a single picture becomes a list where the model takes one. */
const put = (model: Model, request: FluxRequest, path: string, value: unknown): void => {
  const given = parametersOf(model).lists.has(path) && !Array.isArray(value) ? [value] : value;
  Object.assign(request, merged(request, nest(new Map([[path, given]]))));
};

/** What the node does with a request before its schema sees it, as `prepareRequest` has it. */
const finish =
  (model: Model, setting: ReadSetting) =>
  (request: FluxRequest): { elsewhere: readonly string[]; refused: readonly Violation[] } => {
    const elsewhere: string[] = [];
    const bring = (path: string, source: Typed): void => {
      const { value, isFixed } = brought(model, path, source);
      put(model, request, path, value);
      if (!isFixed) elsewhere.push(path);
    };
    const refused = takeTaskNames(model, request);
    const { imageParameter, dialect } = model;
    const imageFrom = asTyped(setting("imageFrom"));
    const hasImage = imageParameter !== undefined && valueAt(request, readPath(imageParameter)) !== undefined;
    // Of a model with modes, a picture of the dialog's own stands in where the message brings none.
    const isWanted = imageFrom !== undefined && imageFrom.type !== "none" && !(model.mode !== undefined && hasImage);
    if (imageParameter !== undefined && isWanted) bring(imageParameter, imageFrom);
    const { promptParameter } = dialect;
    if (promptParameter !== undefined && knows(model, promptParameter)) {
      const promptFrom = asTyped(setting("promptFrom")) ?? { type: "msg", value: "payload" };
      if (promptFrom.type !== "none") bring(promptParameter, promptFrom);
    }
    fillInSent(model, request);
    setAnswerForm(model, request, readOutput(setting), readDelivery(setting));
    Object.assign(request, dialect.fixed(model), dialect.standIn);
    return { elsewhere, refused };
  };

/** The values that an endpoint gets: those that only the other one has are kept in the dialog, and not sent. */
const valuesFor = (model: Model, other: Model | undefined, values: Values): Values =>
  other === undefined
    ? values
    : new Map([...values].filter(([path]) => knows(model, rootOf(path)) || !knows(other, rootOf(path))));

const rootOf = (path: string): string => generalPath([path.split(".")[0] ?? ""]);

const endpointProblems = (model: Model, values: Values, setting: ReadSetting, other?: Model): Problem[] =>
  findProblems(model, valuesFor(model, other, values), {
    allowUnknown: allowsUnknown(setting),
    finish: finish(model, setting),
    // A message's list takes the place of the dialog's as a whole: nothing is added to its elements.
    isComplete: (path) => /\.\d+(\.|$)/.test(path),
    isShared: false,
  });

/** What is wrong with the values in the dialog of an inference node. */
export const inferenceProblems = (nodeModel: NodeModel, values: Values, setting: ReadSetting): Problem[] => {
  if (!("modes" in nodeModel)) return endpointProblems(nodeModel, values, setting);
  const mode = readMode(setting);
  const { "text-to-image": text, "image-to-image": image } = nodeModel.modes;
  const inMode = (one: Mode): Problem[] =>
    one === "text-to-image"
      ? endpointProblems(text, values, setting, image)
      : endpointProblems(image, values, setting, text);
  if (mode !== undefined) return inMode(mode);
  return inEither(text, image, inMode("text-to-image"), inMode("image-to-image"));
};

/** Where the message decides about the endpoint: what is wrong for each endpoint that has the parameter. */
const inEither = (text: Model, image: Model, forText: readonly Problem[], forImage: readonly Problem[]): Problem[] => {
  const isWrongFor = (problems: readonly Problem[], { path }: Problem): boolean =>
    problems.some((other) => other.path === path && other.level === "error");
  const isOnlyOf = (model: Model, other: Model, { path }: Problem): boolean =>
    knows(model, rootOf(path)) && !knows(other, rootOf(path));
  const isSure = (model: Model, other: Model, problem: Problem, others: readonly Problem[]): boolean =>
    problem.level === "error" && (isOnlyOf(model, other, problem) || isWrongFor(others, problem));
  const sure = forText.filter((problem) => isSure(text, image, problem, forImage));
  const more = forImage.filter((problem) => isSure(image, text, problem, forText) && !isWrongFor(sure, problem));
  const notes = forText.filter((problem) => problem.level === "warning" && isOnlyOf(text, image, problem));
  return [...sure, ...more, ...notes];
};
