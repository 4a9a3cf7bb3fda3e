import type { Violation } from "../../errors";
import type { Model, NodeModel } from "../model";
import { knows, parametersOf } from "../parameters";
import { readPath, valueAt } from "../paths";
import type { FluxRequest, RequestInput, Sourced } from "../request";
import { modeInWords } from "../wording/titles";
import { reportedValue } from "../wording/wording";

/** The endpoint that a request is for, and what that makes of the input image. */
interface Endpoint {
  model: Model;
  /** The input image, where it is wanted. */
  image?: Sourced;
  violations: Violation[];
  warnings: string[];
}

/** An image source with nothing in it: a form field left empty, a message without picture. */
const isNothing = (value: unknown): boolean => value === undefined || value === null || value === "";

/** What a dialog holds before it is read: white space is nothing. */
const isBlank = (value: unknown): boolean => isNothing(typeof value === "string" ? value.trim() : value);

/** What a message asks of the endpoint that this request is not for. Taken out of it, in place. */
const refuseOther = (model: Model, other: Model, flux: FluxRequest, reason: string): Violation[] =>
  Object.keys(flux)
    .filter((name) => !knows(model, name) && knows(other, name))
    .map((name) => {
      const value = reportedValue(flux[name], parametersOf(other).leaves.get(name));
      delete flux[name];
      const owner = other.mode === undefined ? other.title : modeInWords(other.mode);
      return { parameter: name, message: `${name} belongs to ${owner}, but ${reason}, or do without ${name}.`, value };
    });

/**
 * Decides which endpoint of a model a request is for. In mode "auto" that is image to image exactly when an image is
 * given: in `msg.flux`, where "Image from" points, or in the dialog. What a message gives and only the other endpoint has is
 * taken out, in place, and is a violation, except where unknown parameters are let through.
 *
 * @param dialog as a safe copy, not read yet; it is left as it is, see `withoutOther`
 * @param flux as a safe copy
 */
export const chooseEndpoint = (
  nodeModel: NodeModel,
  { mode = "auto", image, allowUnknown }: Pick<RequestInput, "mode" | "image" | "allowUnknown">,
  dialog: FluxRequest,
  flux: FluxRequest,
): Endpoint => {
  if (!("modes" in nodeModel)) return { model: nodeModel, ...(image && { image }), violations: [], warnings: [] };
  const parameter = nodeModel.modes["image-to-image"].imageParameter ?? "";
  const path = readPath(parameter);
  const hasOwn = !isBlank(valueAt(dialog, path));
  const hasSource = image !== undefined && !isNothing(image.value);
  const isInMessage = valueAt(flux, path) !== undefined;
  const given = isInMessage ? `msg.flux.${parameter}` : hasSource ? image.source : hasOwn ? parameter : undefined;

  const picked = mode !== "auto" ? mode : given === undefined ? "text-to-image" : "image-to-image";
  const model = nodeModel.modes[picked];
  const other = nodeModel.modes[picked === "text-to-image" ? "image-to-image" : "text-to-image"];
  const emptySource = image === undefined ? "" : ` (${image.source} holds nothing)`;
  const reason =
    mode !== "auto"
      ? `this node is set to ${modeInWords(picked)}: change its mode`
      : given === undefined
        ? `this request has no picture to start from${emptySource}: give it one`
        : `this request starts from a picture (${given}): leave the picture out`;
  const violations = allowUnknown ? [] : refuseOther(model, other, flux, reason);
  if (picked === "image-to-image") {
    // A picture of the dialog's own stands in where the message brings none.
    const isWanted = image !== undefined && (hasSource || !hasOwn);
    return { model, ...(isWanted && { image }), violations, warnings: [] };
  }
  const warnings = hasSource
    ? [`${image.source} was left out: this node is set to ${modeInWords(picked)}, which takes no picture.`]
    : [];
  return { model, violations, warnings };
};

/**
 * A dialog's values without those that only the other endpoint has: the dialog has room for both, so that nothing is said of
 * them.
 */
export const withoutOther = (nodeModel: NodeModel, model: Model, dialog: FluxRequest): FluxRequest => {
  if (!("modes" in nodeModel)) return dialog;
  const others = Object.values(nodeModel.modes).filter((other) => other !== model);
  const isOwn = (name: string): boolean => knows(model, name) || !others.some((other) => knows(other, name));
  return Object.fromEntries(Object.entries(dialog).filter(([name]) => isOwn(name)));
};
