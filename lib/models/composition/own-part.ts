import type { Violation } from "../../errors";
import { parametersOf } from "../parameters";
import { writePath } from "../paths";
import { readDialogValues } from "../preparing/dialog-values";
import { readInputPictures } from "../preparing/input-pictures";
import { copiedMembers, isObject } from "../preparing/merge";
import { readPlainValues } from "../preparing/plain-values";
import { runRules } from "../preparing/run-rules";
import { safeCopy } from "../preparing/safe-copy";
import type { FluxRequest } from "../request";
import { schemaViolations } from "../wording/violations";
import type { Composition, CompositionInput } from "./composition";

/** What a node sets itself, checked as far as it can be known without the rest of the request. */
interface OwnPart {
  /** The parameter and nothing else; without it where the sources hold nothing. Pictures are as they came. */
  own: FluxRequest;
  violations: Violation[];
  warnings: string[];
}

/**
 * Reads and checks what a composition node's dialog sets.
 *
 * @param present the object that is in the message already: what this node leaves to it, it need not set itself
 */
export const readOwnPart = (
  composition: Composition,
  { parameter, dialog }: Pick<CompositionInput, "parameter" | "dialog">,
  present: FluxRequest = {},
): OwnPart => {
  const { copy, violations } = safeCopy({ [parameter]: dialog[parameter] }, parameter);
  const typed = readDialogValues(composition, copy);
  const own = typed.values;
  const plain = readPlainValues(composition, own);
  violations.push(...typed.violations, ...plain.violations);
  const warnings = [...typed.warnings, ...plain.warnings];

  // Looked at in a copy: there, names take the place of pictures, which would be long to search for a schema.
  const looked = copiedMembers(own);
  violations.push(...readInputPictures(composition, looked, new Map(), false).violations);
  const isTaken = (): Set<string> => new Set(violations.map((violation) => violation.parameter));
  if (!composition.validate(looked)) {
    const { members } = parametersOf(composition);
    const left = (members.get(parameter) ?? []).filter((name) => present[name] !== undefined);
    const taken = isTaken();
    for (const name of left) {
      const whole = own[parameter];
      if (isObject(whole) && whole[name] === undefined) taken.add(writePath([parameter, name]));
    }
    violations.push(...schemaViolations(composition, looked, composition.validate.errors ?? [], { taken }));
  }
  const whole = isObject(own[parameter]) ? { [parameter]: { ...present, ...own[parameter] } } : own;
  const found = runRules(composition, whole, [], isTaken());
  violations.push(...found.violations);
  warnings.push(...found.warnings.map(({ message }) => message));
  return { own, violations, warnings };
};
