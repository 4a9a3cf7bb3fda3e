import type { Violation } from "../../errors";
import type { Model, NodeModel } from "../model";
import { parametersOf } from "../parameters";
import { readPath, valueAt } from "../paths";
import { placesIn } from "../places";
import type { FluxRequest, PreparedRequest, RequestInput, Sourced } from "../request";
import type { Warning } from "../rules/rule";
import { endpointInWords } from "../wording/titles";
import { schemaViolations } from "../wording/violations";
import { describe } from "../wording/wording";
import { giveWay } from "./exclusive";
import { readInputPictures } from "./input-pictures";
import { isList } from "./is-list";
import { merged } from "./merge";
import { readFlux } from "./message-flux";
import { chooseEndpoint } from "./modes";
import { readOrigins, withOrigin } from "./origins";
import { setAnswerForm, takeTaskNames } from "./owned";
import { readPlainValues } from "./plain-values";
import { keepForNext, preparedAsBefore } from "./prepared-before";
import { promptViolation } from "./prompt";
import { dialogCopy, dialogValuesFor } from "./read-dialog";
import { refusal } from "./refusal";
import { replacedLists } from "./replaced-lists";
import { runRules } from "./run-rules";
import { isPlainObject, safeCopy } from "./safe-copy";
import { fillInSent } from "./sent";
import { normaliseSpellings } from "./spellings";
import { refuseUnsendable } from "./unsendable";

/** Stands in for a prompt that has its violation already. */
const standInPrompt = "a prompt";

/** Puts the input image where the model takes it, unless the message's own request has one there. */
const placeImage = (
  model: Model,
  request: FluxRequest,
  flux: FluxRequest,
  image: Sourced,
  sources: Map<string, string>,
): Violation[] => {
  const { imageParameter } = model;
  if (imageParameter === undefined) return [];
  const path = readPath(imageParameter);
  if (valueAt(flux, path) !== undefined) return [];
  if (image.value === undefined || image.value === null) {
    return [
      {
        parameter: imageParameter,
        message: `${image.source} holds nothing, but this node is set to take its input picture from there.`,
      },
    ];
  }
  const takesList = parametersOf(model).lists.has(imageParameter);
  const { copy, violations } = safeCopy(
    { value: takesList && !isList(image.value) ? [image.value] : image.value },
    image.source,
  );
  for (const parameter of [imageParameter, `${imageParameter}[0]`]) sources.set(parameter, image.source);
  if (violations.length > 0) {
    return [
      { parameter: imageParameter, message: `${image.source} holds ${describe(image.value)} that is no picture.` },
    ];
  }
  const nested = path.reduceRight<unknown>((value, name) => ({ [name]: value }), copy.value);
  if (isPlainObject(nested)) Object.assign(request, merged(request, { ...nested }));
  return [];
};

/** The prompt by precedence: the message's own request, what "Prompt from" points at, the dialog. */
const findPrompt = (
  parameter: string,
  flux: FluxRequest,
  prompt: Sourced | undefined,
  dialog: FluxRequest,
): Sourced | undefined => {
  if (flux[parameter] !== undefined) return { value: flux[parameter], source: `msg.flux.${parameter}` };
  if (prompt && (prompt.value !== undefined || dialog[parameter] === undefined)) return prompt;
  return dialog[parameter] === undefined ? undefined : { value: dialog[parameter], source: parameter };
};

/** Takes out, in place, the nulls that say that a parameter is not given. */
const dropNulls = (names: readonly string[], flux: FluxRequest): void => {
  for (const name of names) {
    if (flux[name] === null) delete flux[name];
  }
};

/**
 * Whether a parameter of the request is the dialog's: nodes upstream have nothing to do with it. A message's list takes the
 * place of the dialog's as a whole.
 */
const isFromDialog = (parameter: string, dialog: FluxRequest, flux: FluxRequest): boolean => {
  const path = readPath(parameter);
  const inList = path.findIndex((part) => typeof part === "number");
  const whole = inList < 0 ? path : path.slice(0, inList);
  return valueAt(flux, whole) === undefined && valueAt(dialog, whole) !== undefined;
};

/**
 * Makes the request that may be paid for out of a dialog, a prompt, an input image and `msg.flux`. Nothing of the
 * input is changed.
 *
 * @throws FluxError FLUX_VALIDATION with every violation, in words.
 */
export const prepareRequest = (nodeModel: NodeModel, input: RequestInput): PreparedRequest => {
  const before = preparedAsBefore(nodeModel, input);
  if (before) return before;
  const prepared = prepareAnew(nodeModel, input);
  keepForNext(nodeModel, input, prepared);
  return prepared;
};

const prepareAnew = (nodeModel: NodeModel, input: RequestInput): PreparedRequest => {
  const violations: Violation[] = [];
  const warnings: string[] = [];
  const sources = new Map<string, string>();
  const isTaken = (): ReadonlySet<string> => new Set(violations.map(({ parameter }) => parameter));

  const readDialog = dialogCopy(input.dialog);
  const readMessage = readFlux(input.flux, safeCopy);
  violations.push(...readDialog.violations, ...readMessage.violations);
  const flux = readMessage.copy;
  const origins = readOrigins(input.origins, flux);
  const { dialect } = "modes" in nodeModel ? nodeModel.modes["text-to-image"] : nodeModel;
  dropNulls(dialect.nullMeansNone, flux);
  const endpoint = chooseEndpoint(nodeModel, input, readDialog.copy, flux);
  const { model } = endpoint;
  violations.push(...endpoint.violations);
  warnings.push(...endpoint.warnings);
  const typed = dialogValuesFor(nodeModel, model, input.dialog, readDialog.copy);
  const dialog = typed.values;
  for (const spelt of [typed, normaliseSpellings(model, flux)]) {
    warnings.push(...spelt.warnings);
    violations.push(...spelt.violations);
  }

  warnings.push(...replacedLists(model, dialog, flux, origins));
  giveWay(model, dialog, flux);
  const request = merged(dialog, flux);
  violations.push(...takeTaskNames(model, request));
  if (endpoint.image) violations.push(...placeImage(model, request, flux, endpoint.image, sources));

  const promptLeaf = parametersOf(model).leaves.get(dialect.promptParameter ?? "");
  const prompt = promptLeaf && findPrompt(promptLeaf.path, flux, input.prompt, dialog);
  if (promptLeaf && prompt && !isTaken().has(promptLeaf.path)) {
    const violation = promptViolation(prompt, promptLeaf);
    if (violation) violations.push(violation);
    request[promptLeaf.path] = violation ? standInPrompt : prompt.value;
  }
  const places = placesIn(model, request);
  const plain = readPlainValues(model, places);
  violations.push(...plain.violations);
  warnings.push(...plain.warnings);
  if (input.allowUnknown) violations.push(...refuseUnsendable(places));
  const pictures = readInputPictures(model, places, sources, input.allowUnknown);
  violations.push(...pictures.violations);

  fillInSent(model, request);
  warnings.push(...setAnswerForm(model, request, input.output, input.delivery ?? "queue"));
  Object.assign(request, dialect.fixed(model));

  // Objects that several spreads made are slow to read, and a validator reads a lot.
  const task = Object.assign({}, request, dialect.standIn);
  if (!model.validate(task)) {
    const options = { allowUnknown: input.allowUnknown, sources, origins, flux, taken: isTaken() };
    violations.push(...schemaViolations(model, task, model.validate.errors ?? [], options));
  }
  const found = runRules(model, request, pictures.attachments, isTaken());
  violations.push(...found.violations);

  const told = ({ parameter, other = parameter, message }: Warning): string =>
    isFromDialog(parameter, dialog, flux)
      ? message
      : withOrigin(origins, other, withOrigin(origins, parameter, message));
  if (violations.length > 0) {
    throw refusal(
      `The request for ${endpointInWords(model)}`,
      violations.map((violation) => ({ ...violation, message: told(violation) })),
    );
  }
  const count = dialect.countParameter === undefined ? undefined : request[dialect.countParameter];
  return {
    model,
    expected: typeof count === "number" ? count : 1,
    request,
    attachments: pictures.attachments,
    warnings: [...warnings, ...found.warnings.map(told)],
  };
};
