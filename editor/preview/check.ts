import { PREVIEW_RANGES, PREVIEW_SIZES } from "../../lib/node-red/preview/ranges";
import { type EditorNode, page } from "../node-red";
import { areHosts } from "../storage/check";
import { isVariable } from "../variable";

const { minimum, maximum } = PREVIEW_RANGES.count;

/** What a setting of a preview node has to be; nothing typed means the default. */
const FORMS: Readonly<Record<string, (text: string) => boolean>> = {
  source: (text) => page.RED.utils.validatePropertyExpression(text) === true,
  count: (text) => Number.isInteger(Number(text)) && Number(text) >= minimum && Number(text) <= maximum,
  size: (text) => PREVIEW_SIZES.some((size) => String(size) === text),
  allowedHosts: areHosts,
};

/** Whether a setting of a preview node can be used as it is typed. */
export const isRightPreview = (property: string, text: string): boolean =>
  text === "" || isVariable(text) || (FORMS[property]?.(text) ?? true);

/** The validator for the `defaults` of a preview node: true, or the reason why not. */
export const checkPreviewSetting = (node: EditorNode, property: string): true | string =>
  isRightPreview(property, String(node[property] ?? "").trim()) ||
  node._def._(`preview.checks.${property}`, { minimum, maximum });
