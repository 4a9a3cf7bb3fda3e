import type { Values } from "../params";
import { isVariable } from "../variable";

/** Whether ACE++ makes a local edit, or may do so where something else than this dialog decides about it. */
const mayBeLocalEdit = (values: Values): boolean => {
  const { type, value } = values.get("acePlusPlus.type") ?? { type: "str", value: "portrait" };
  return type !== "str" || isVariable(value) || value === "local_editing";
};

/** Masks say where a local edit takes place; every other task of ACE++ refuses them. */
export const masksAreNeedless = (values: Values): boolean =>
  ![...values.keys()].some((path) => path.startsWith("acePlusPlus.masks")) && !mayBeLocalEdit(values);
