import type { EditorNode } from "../node-red";
import { isVariable } from "../variable";
import type { AccountKind } from "./kind";
import { kindOf } from "./kinds";
import { checkPrices } from "./prices/check";

/** The validator for the `defaults` of an account node: true, or the reason why not. An emptied field means the default. */
export const checkAccountSetting = (node: EditorNode, property: string, value: unknown): true | string | string[] => {
  if (property === "prices") return checkPrices(node, value);
  const text = String(value ?? "").trim();
  const t = node._def._;
  const kind = kindOf(node.type);
  if (text !== "" && !isVariable(text) && !isRight(kind, property, text)) return t(`account.checks.${property}`);
  const missing = kind.missing(node, property);
  return missing === undefined ? true : t(`account.checks.${missing}`);
};

const isRight = ({ ranges, checks }: AccountKind, property: string, value: string): boolean => {
  const range = ranges[property];
  if (range === undefined) return checks[property]?.(value) ?? true;
  const number = Number(value);
  return (range.type === "number" || Number.isInteger(number)) && number >= range.minimum && number <= range.maximum;
};
