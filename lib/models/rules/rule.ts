import type { Violation } from "../../errors";
import type { PictureSize } from "../picture";
import type { FluxRequest } from "../request";

/** What a rule found in a form that can be worded in any language: a text of the catalogue's `rules`. */
export interface Told {
  key: string;
  /** What goes into the text. */
  values?: Readonly<Record<string, string | number>>;
  /** Other parameters that the finding goes by, as paths; their names go into the text. */
  others?: Readonly<Record<string, string>>;
}

/** What the author should know of a parameter. `other` is a second parameter that the message names. */
export interface Warning {
  parameter: string;
  other?: string;
  message: string;
}

/**
 * What a rule found: an error stops the request, a warning travels with the result in `msg.job.warnings`. Where an error
 * is that another parameter is missing, `missing` names that: one cause is told once.
 */
export type Finding = { told: Told } & (
  | ({ level: "error"; missing?: string } & Violation)
  | ({ level: "warning" } & Warning)
);

/** Reads the size of the picture at a parameter, `inputs.seedImage`; undefined when only its address is known. */
export type SizeReader = (parameter: string) => PictureSize | undefined;

/**
 * A rule across parameters that JSON Schema cannot say (or says unreadably). It yields what it finds. What it reads
 * may be of the wrong type when the schema has its own complaint; a rule then leaves it alone.
 */
export type Rule = (request: FluxRequest, sizeAt: SizeReader) => Iterable<Finding>;
