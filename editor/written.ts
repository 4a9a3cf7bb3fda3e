import type { Values } from "./params";
import { isVariable } from "./variable";

/** A value that is written in the dialog itself; undefined where nothing is set, or something else decides about it. */
export const written = (values: Values, path: string): string | undefined => {
  const { type, value = "" } = values.get(path) ?? {};
  return (type === "str" || type === "num") && value !== "" && !isVariable(value) ? value : undefined;
};
