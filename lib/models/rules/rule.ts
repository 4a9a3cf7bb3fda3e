import type { Violation } from "../../errors";
import type { FluxRequest } from "../request";

/** What a rule found: an error stops the request, a warning travels with the result in `msg.job.warnings`. */
export type Finding = ({ level: "error" } & Violation) | { level: "warning"; parameter: string; message: string };

/**
 * A rule across parameters that JSON Schema cannot say (or says unreadably). It gets a request that has passed the
 * schema, and yields what it finds.
 */
export type Rule = (request: FluxRequest) => Iterable<Finding>;
