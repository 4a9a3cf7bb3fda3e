import type { Group, LeafKind } from "../model";

type Plain = string | number | boolean;

/**
 * The part of JSON Schema 2020-12 that the models are written in, with the members that a form needs and a
 * schema has no word for. `scripts/generate.ts` turns it into the validator, the request type and the form facts.
 */
export interface Schema {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  dependentRequired?: Readonly<Record<string, readonly string[]>>;
  allOf?: readonly Schema[];
  /** A plain value, or an object: `fragments/fal/size.ts`. */
  anyOf?: readonly Schema[];
  not?: Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  enum?: readonly Plain[];
  const?: Plain;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  /** One of `formats.ts`. */
  format?: string;
  /** The service's own default. */
  default?: Plain;
  /** The section of the dialog; inherited by everything inside. */
  "x-group"?: Group;
  "x-unit"?: string;
  /** Where type and format do not tell it: "prompt", "model". */
  "x-kind"?: LeafKind;
  /** Values that dialogs offer by name beside free entry. */
  "x-known"?: readonly string[];
  /** The node sets it; it is not in the dialog. */
  "x-owned"?: boolean;
  /** What the node sends when the author says nothing, where that differs from the service's default. */
  "x-sent"?: Plain;
}

/** A model's whole request: an object that knows all of its members. */
export interface ModelSchema extends Schema {
  type: "object";
  properties: Readonly<Record<string, Schema>>;
  required: readonly string[];
  additionalProperties: false;
}

/** At most one of two members: an absolute step, or the same as a percentage. */
export const oneOfTwo = (first: string, second: string): Schema => ({ not: { required: [first, second] } });
