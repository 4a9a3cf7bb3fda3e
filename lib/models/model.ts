import type { Rule } from "./rules/rule";

/** What kind of value a parameter takes; decides the dialog's widget and how violations are worded. */
export type LeafKind =
  | "integer"
  | "number"
  | "boolean"
  | "text"
  | "prompt"
  | "choice"
  | "image"
  | "url"
  | "seed"
  | "model";

/** The sections of a dialog, in the order in which they are shown. */
export type Group = "prompt" | "size" | "sampling" | "image" | "composition" | "features" | "output" | "advanced";

/**
 * One parameter that holds a plain value, read off the model's schema at build time. `path` is written with `[]` for
 * "any element": `lora[].weight`, `pulid.images[]`.
 */
export interface Leaf {
  path: string;
  kind: LeafKind;
  group: Group;
  unit?: string;
  minimum?: number;
  maximum?: number;
  /** `multipleOf` in the schema. */
  step?: number;
  /** What holds when the author gives nothing. */
  default?: string | number | boolean;
  /** The node sends this when the author gives nothing: its default differs from the service's. */
  sent?: string | number | boolean;
  choices?: readonly (string | number | boolean)[];
  minLength?: number;
  maxLength?: number;
  /** The node sets it; it is not in the dialog. */
  owned?: boolean;
  /** Required inside its own object. */
  required?: boolean;
}

/** A parameter that holds a list: `lora`, `controlNet[]`'s parent, `ipAdapters[].guideImages`. */
export interface List {
  path: string;
  group: Group;
  minItems?: number;
  maxItems?: number;
}

/** What the build reads off a model's schema, in schema order. */
export interface ModelFacts {
  leaves: readonly Leaf[];
  lists: readonly List[];
  /** Paths of parameters that are objects: `acceleratorOptions`, `hiresFix`, `lora[]`. */
  objects: readonly string[];
}

/** The shape of what AJV's standalone validators report; the fields that we read. */
export interface SchemaError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  /** The violated part of the schema. */
  schema?: unknown;
  message?: string;
}

/** A validator compiled at build time. */
export interface Validator {
  (data: unknown): boolean;
  errors?: SchemaError[] | null;
}

/** A model: its schema's compiled forms, and the little that a schema cannot say. */
export interface Model {
  /** The Node-RED node type. */
  readonly type: string;
  /** The provider's identifier (Runware: AIR). */
  readonly air: string;
  /** As the provider writes it: "FLUX.1 Krea [dev]". */
  readonly title: string;
  /** Where "Image from" goes. */
  readonly imageParameter: string;
  readonly validate: Validator;
  readonly facts: ModelFacts;
  /** What only the reference texts state: rules across parameters. */
  readonly rules: readonly Rule[];
}
