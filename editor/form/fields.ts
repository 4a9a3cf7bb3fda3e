import type { Field } from "../form-tree";
import { patternOf } from "../params";
import type { FormState } from "./state";

export type ValueField = Extract<Field, { kind: "value" }>;
export type PairField = Extract<Field, { kind: "pair" }>;
export type ChoiceField = Extract<Field, { kind: "choice" }>;
export type ObjectField = Extract<Field, { kind: "object" }>;
export type ListField = Extract<Field, { kind: "list" }>;

/** Draws the controls for some fields; `container` is the path of the list element that they are in, if any. */
export type DrawRows = (fields: readonly Field[], container: string, state: FormState) => HTMLElement[];

/** `lora[].weight` inside the element `lora.1` -> `lora.1.weight`. */
export const pathInside = (field: Field, container: string): string =>
  container === "" ? field.path : `${container}${field.path.slice(patternOf(container).length)}`;
