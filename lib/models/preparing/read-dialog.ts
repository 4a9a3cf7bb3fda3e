import type { Model, NodeModel } from "../model";
import type { FluxRequest } from "../request";
import { type DialogValues, readDialogValues } from "./dialog-values";
import { isFixed, oncePerDialog } from "./fixed-dialog";
import { copiedMembers } from "./merge";
import { withoutOther } from "./modes";
import { safeCopy } from "./safe-copy";

/** A dialog as plain data, not read yet. */
export const dialogCopy = oncePerDialog((dialog) => safeCopy(dialog, "dialog"));

const valuesByModel = oncePerDialog((): Map<Model, DialogValues> => new Map());

/**
 * The values that a dialog has for a model, or for an endpoint of it. They are the caller's own.
 *
 * @param copy of the dialog, as `dialogCopy` made it
 */
export const dialogValuesFor = (
  nodeModel: NodeModel,
  model: Model,
  dialog: FluxRequest,
  copy: FluxRequest,
): DialogValues => {
  if (!isFixed(dialog)) return readDialogValues(model, withoutOther(nodeModel, model, copy));
  const byModel = valuesByModel(dialog);
  const read = byModel.get(model) ?? readDialogValues(model, withoutOther(nodeModel, model, copy));
  byModel.set(model, read);
  return { ...read, values: copiedMembers(read.values) };
};
