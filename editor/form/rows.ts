import { element } from "../element";
import { labelOf } from "../wording";
import { choiceBlock } from "./choice";
import { featureBlock, isFeature } from "./feature";
import { type DrawRows, type ObjectField, pathInside } from "./fields";
import { heading, wholeLine } from "./lines";
import { listBlock, onlyRow } from "./list";
import { pairBlock } from "./pair";
import type { FormState } from "./state";
import { valueRow } from "./value-row";

/** The controls for some fields; `container` is the path of the list element that they are in, if any. */
export const fieldRows: DrawRows = (fields, container, state) =>
  fields.map((field) => {
    if (field.kind === "object") return objectBlock(field, container, fields.length === 1, state);
    if (field.kind === "choice") return choiceBlock(field, container, state, fieldRows);
    const path = pathInside(field, container);
    if (field.kind === "list") return onlyRow(field, path, state) ?? listBlock(field, path, state, fieldRows);
    return field.kind === "pair"
      ? pairBlock(field, path, state)
      : valueRow(field, path, labelOf(field.path, state.t), state);
  });

/** @param alone without a frame, because nothing else is beside it that it would have to be told from. */
const objectBlock = (field: ObjectField, container: string, alone: boolean, state: FormState): HTMLElement => {
  if (isFeature(field, state)) return featureBlock(field, container, state, fieldRows);
  const rows = [...wholeLine(pathInside(field, container), state), ...fieldRows(field.members, container, state)];
  if (alone || field.members.length === 1) return element("div", {}, ...rows);
  const members = element("div", { class: "fluxwire-members" }, ...rows);
  const made = element("div", { class: "fluxwire-object" }, heading(field.path, false, state.t), members);
  made.dataset.object = pathInside(field, container);
  return made;
};
