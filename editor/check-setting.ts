import { takenProperties } from "../lib/node-red/taken-properties";
import { type EditorNode, page } from "./node-red";
import { isVariable } from "./variable";

/** Validators for the `defaults` of several node types: true, or the reason why not. */
export const checkAccount = (node: EditorNode, value: unknown): true | string =>
  checkChosen(node, "checks.account", value);

/** The same for the bucket of a storage node. */
export const checkBucket = (node: EditorNode, value: unknown): true | string =>
  checkChosen(node, "storage.checks.bucket", value);

/** @param text where the catalogue says that one is to be chosen; the other reasons are beside it. */
const checkChosen = (node: EditorNode, text: string, value: unknown): true | string => {
  const { _: t } = node._def;
  if (typeof value !== "string" || value === "" || value === "_ADD_") return t(text);
  if (isVariable(value)) return true;
  const chosen = page.RED.nodes.node(value);
  if (chosen === null || chosen === undefined) return t(`${text}Missing`);
  return chosen.valid === false ? t(`${text}Invalid`) : true;
};

/** Where a result goes; a node without the setting has a place of its own. */
export const checkInto = (node: EditorNode, value: unknown): true | string => {
  const { _: t } = node._def;
  if (value === undefined || value === null) return true;
  const property = String(value).trim();
  if (isVariable(property)) return true;
  const [first = ""] = property.split(/[.[]/);
  // Inside msg.flux there is room: it is the next node's request.
  if (takenProperties.has(property) || (first !== "flux" && takenProperties.has(first))) {
    return t("checks.intoTaken", { property });
  }
  return page.RED.utils.validatePropertyExpression(property) ? true : t("checks.into");
};
