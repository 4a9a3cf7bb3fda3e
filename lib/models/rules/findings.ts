import type { ParameterSet } from "../model";
import type { FluxRequest } from "../request";
import type { Finding, SizeReader } from "./rule";

/**
 * What a model's rules find, each cause once.
 *
 * @param taken parameters that have their violation already: what is wrong in itself is not compared with others
 */
export function* ruleFindings(
  { rules }: ParameterSet,
  request: FluxRequest,
  sizeAt: SizeReader,
  taken: ReadonlySet<string>,
): Iterable<Finding> {
  /** Parameters that are reported already, as wrong or as missing. */
  const reported = new Set(taken);
  for (const rule of rules) {
    for (const finding of rule(request, sizeAt)) {
      if (finding.level === "error") {
        const { parameter, missing } = finding;
        if (taken.has(parameter) || (missing !== undefined && reported.has(missing))) continue;
        if (missing !== undefined) reported.add(missing);
      }
      yield finding;
    }
  }
}
