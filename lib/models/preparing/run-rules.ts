import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import type { FluxRequest } from "../request";
import { ruleFindings } from "../rules/findings";
import type { Warning } from "../rules/rule";
import { type ReadAttachment, sizeReader } from "./input-pictures";

/**
 * Applies a model's rules.
 *
 * @param taken parameters that have their violation already
 */
export const runRules = (
  model: ParameterSet,
  request: FluxRequest,
  attachments: readonly ReadAttachment[],
  taken: ReadonlySet<string>,
): { violations: Violation[]; warnings: Warning[] } => {
  const violations: Violation[] = [];
  const warnings: Warning[] = [];
  for (const finding of ruleFindings(model, request, sizeReader(request, attachments), taken)) {
    if (finding.level === "warning") warnings.push(finding);
    else {
      const { level: _level, told: _told, missing: _missing, ...violation } = finding;
      violations.push(violation);
    }
  }
  return { violations, warnings };
};
