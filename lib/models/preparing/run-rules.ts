import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import type { Attachment, FluxRequest } from "../request";
import type { Warning } from "../rules/rule";
import { pictureReader } from "./input-pictures";

/**
 * Applies a model's rules.
 *
 * @param taken parameters that have their violation already: what is wrong in itself is not compared with others
 */
export const runRules = (
  model: ParameterSet,
  request: FluxRequest,
  attachments: readonly Attachment[],
  taken: ReadonlySet<string>,
): { violations: Violation[]; warnings: Warning[] } => {
  const pictureAt = pictureReader(request, attachments);
  const violations: Violation[] = [];
  const warnings: Warning[] = [];
  /** Parameters that are reported already, as wrong or as missing. */
  const told = new Set(taken);
  for (const rule of model.rules) {
    for (const finding of rule(request, pictureAt)) {
      if (finding.level === "warning") warnings.push(finding);
      else {
        const { level: _, missing, ...violation } = finding;
        if (taken.has(violation.parameter) || (missing !== undefined && told.has(missing))) continue;
        if (missing !== undefined) told.add(missing);
        violations.push(violation);
      }
    }
  }
  return { violations, warnings };
};
