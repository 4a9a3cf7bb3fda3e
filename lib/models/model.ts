import type { Dialect } from "./dialects/dialect";
import type { Rule } from "./rules/rule";

/** What a request of a model with several endpoints starts from. */
export type Mode = "text-to-image" | "image-to-image";

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
  /** Values that are offered by name beside free entry: the identifiers of well-known models. */
  known?: readonly string[];
  minLength?: number;
  maxLength?: number;
  /** A text that says something: white space alone is none. */
  notBlank?: true;
  /** Of a seed, in digits: a number would not keep them. */
  largest?: string;
  /** Of a picture: its service keeps none that could be named by a UUID. */
  withoutUuid?: true;
  /** The node sets it; it is not in the dialog. */
  owned?: boolean;
  /** Required inside its own object. */
  required?: boolean;
  /** In the facts of a model with several modes: the only mode that has this parameter. */
  mode?: Mode;
  /** In the facts of a model with several modes: range and default by mode, where they differ. */
  byMode?: Readonly<Record<Mode, Pick<Leaf, "minimum" | "maximum" | "default">>>;
}

/** A parameter that holds a list: `lora`, `controlNet[]`'s parent, `ipAdapters[].guideImages`. */
export interface List {
  path: string;
  group: Group;
  minItems?: number;
  maxItems?: number;
  /** Required inside its own object. */
  required?: boolean;
}

/** What the build reads off a model's schema, in schema order. */
export interface ModelFacts {
  leaves: readonly Leaf[];
  lists: readonly List[];
  /** Paths of parameters that are objects: `acceleratorOptions`, `hiresFix`, `lora[]`. */
  objects: readonly string[];
  /** Two parameters of one object of which a request may have one: a step, and the same as a percentage. */
  exclusive?: readonly (readonly [string, string])[];
}

/** The shape of what AJV's standalone validators report; the fields that we read. */
export interface SchemaError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
}

/** A validator compiled at build time. */
export interface Validator {
  (data: unknown): boolean;
  errors?: SchemaError[] | null;
}

/** A schema in its compiled forms, and the little that a schema cannot say. */
export interface ParameterSet {
  /** The name of its schema file, and where one node has one schema the Node-RED node type too. */
  readonly type: string;
  /** How its provider wants requests. */
  readonly dialect: Dialect;
  /** In a sentence, as its provider writes it: "FLUX.1 Krea [dev]". */
  readonly title: string;
  readonly validate: Validator;
  readonly facts: ModelFacts;
  /** What only the reference texts state: rules across parameters. */
  readonly rules: readonly Rule[];
}

/** A model, or one endpoint of it: everything that its requests may say. */
export interface Model extends ParameterSet {
  /** As the provider calls it: Runware's AIR, fal's endpoint id. */
  readonly id: string;
  /** Of an endpoint: which of its model's modes it is. */
  readonly mode?: Mode;
  /** Where "Image from" goes; absent where the model takes no picture. */
  readonly imageParameter?: string;
  /** What its provider is to do, where that is not the usual: Runware's `taskType`. */
  readonly taskType?: string;
  /**
   * Of a tool on the way to a picture, such as a preprocessor: the message's property that its result goes to when the
   * dialog names no other. `msg.flux` belongs to an inference node further on: it is neither read nor removed.
   */
  readonly resultInto?: string;
}

/** A model with an endpoint for each mode; the node's settings or the request decide between them. */
export interface ModelWithModes {
  /** The Node-RED node type. */
  readonly type: string;
  readonly title: string;
  readonly modes: Readonly<Record<Mode, Model>>;
}

/** What an inference node runs. */
export type NodeModel = Model | ModelWithModes;
