import type { ExpectedPicture } from "../expected-picture";
import type { Model } from "../model";
import type { Path } from "../paths";
import type { Delivery, FluxRequest, OutputForm } from "../request";

/** Another way to write a parameter, which is put right with a warning. */
export interface Spelling {
  /** The object that has the member: "" is the request itself, `ipAdapters[]` each element of the list. */
  within: string;
  /** Relative to that object. */
  written: Path;
  schema: Path;
  /** The old form is one value, the schema's form a list. */
  single?: true;
  /** What a value of the old form means in the schema's, where that is another value. */
  meant?: (value: unknown) => unknown;
}

/**
 * A member that only names the task, and is taken out of what a message brings. With `only`, any other value than that
 * one is a violation; `meaning` then says what the node does with it, to follow "this node".
 */
export type TaskName =
  | { parameter: string }
  | { parameter: string; only: (model: Model) => string; meaning: (model: Model) => string };

/**
 * Why requests never have a parameter that examples in circulation have, and what to do, to follow "has no X:" and to be
 * followed by a full stop; undefined where the value shows that something else is meant.
 */
type WhyNever = (value: unknown) => string | undefined;

/** The parameter that the node sets because it decides in which form pictures leave. */
interface AnswerForm {
  parameter: string;
  valueFor: (output: OutputForm, request: FluxRequest, delivery: Delivery) => string | boolean;
  /** What an author should know about that form. */
  warningsFor: (output: OutputForm, delivery: Delivery) => readonly string[];
}

/** How pictures travel in a request. Sizes in bytes. */
interface InputPictures {
  /** Larger ones are uploaded once and named by what the upload answers; smaller ones travel inside the request. */
  largestInside: number;
  /** Even larger ones are refused. */
  largest?: number;
  /** Bare base64 is nothing that the service reads, so that it becomes a data URI. */
  needsDataUri: boolean;
  /** What stands where the name of an uploaded picture goes; never the same twice. */
  placeholder: () => string;
}

/** What differs between the providers when a request is prepared. Everything else is in the models' schemas. */
export interface Dialect {
  readonly provider: "runware" | "fal";
  /** As sentences name it. */
  readonly title: string;
  /** A model's title in a sentence that does not name the provider otherwise. */
  readonly titled: (title: string) => string;
  /** Absent where there is no prompt. */
  readonly promptParameter?: string;
  /** How many pictures; absent where it is always one. */
  readonly countParameter?: string;
  readonly spellings: readonly Spelling[];
  readonly taskNames: readonly TaskName[];
  /** What comes along with a pasted example and is no parameter of the service, by name. */
  readonly never: ReadonlyMap<string, WhyNever>;
  /** What every request says, whatever its author wants. */
  readonly fixed: (model: Model) => FluxRequest;
  /** Stands in for what a request gets only when it is sent, so that it can be validated as a whole. */
  readonly standIn: FluxRequest;
  /** Parameters of which null says that they are not given. */
  readonly nullMeansNone: readonly string[];
  readonly answerForm: AnswerForm;
  readonly inputPictures: InputPictures;
  readonly expectedPicture: (model: Model, request: FluxRequest) => ExpectedPicture;
}
