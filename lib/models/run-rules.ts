import type { Violation } from "../errors";
import { pictureReader } from "./input-pictures";
import type { Model } from "./model";
import type { Attachment, FluxRequest } from "./request";

/**
 * Applies a model's rules.
 *
 * @param taken parameters that have their violation already: what is wrong in itself is not compared with others
 */
export const runRules = (
  model: Model,
  request: FluxRequest,
  attachments: readonly Attachment[],
  taken: ReadonlySet<string>,
): { violations: Violation[]; warnings: string[] } => {
  const pictureAt = pictureReader(request, attachments);
  const violations: Violation[] = [];
  const warnings: string[] = [];
  for (const rule of model.rules) {
    for (const { level, ...finding } of rule(request, pictureAt)) {
      if (level === "warning") warnings.push(finding.message);
      else if (!taken.has(finding.parameter)) violations.push(finding);
    }
  }
  return { violations, warnings };
};
