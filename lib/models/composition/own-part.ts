import type { Violation } from "../../errors";
import { parametersOf } from "../parameters";
import { writePath } from "../paths";
import { placesIn } from "../places";
import { readDialogValues } from "../preparing/dialog-values";
import { readInputPictures } from "../preparing/input-pictures";
import { copiedMembers, isObject } from "../preparing/merge";
import { readPlainValues } from "../preparing/plain-values";
import { safeCopy } from "../preparing/safe-copy";
import type { FluxRequest } from "../request";
import { schemaViolations } from "../wording/violations";
import type { Composition, CompositionInput } from "./composition";

/** What a node sets itself, checked for itself. */
interface OwnPart {
  /** The parameter's value; undefined where the sources hold nothing. Pictures are as they came. */
  own: unknown;
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
  const plain = readPlainValues(composition, placesIn(composition, own));
  violations.push(...typed.violations, ...plain.violations);
  const warnings = [...typed.warnings, ...plain.warnings];

  // Looked at in a copy: there, names take the place of pictures, which would be long to search for a schema.
  const looked = copiedMembers(own);
  violations.push(...readInputPictures(composition, placesIn(composition, looked), new Map(), false).violations);
  if (!composition.validate(looked)) {
    const { members } = parametersOf(composition);
    const left = (members.get(parameter) ?? []).filter((name) => present[name] !== undefined);
    const taken = new Set(violations.map((violation) => violation.parameter));
    for (const name of left) {
      const whole = own[parameter];
      if (isObject(whole) && whole[name] === undefined) taken.add(writePath([parameter, name]));
    }
    violations.push(...schemaViolations(composition, looked, composition.validate.errors ?? [], { taken }));
  }
  return { own: own[parameter], violations, warnings };
};
