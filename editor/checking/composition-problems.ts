import type { Composition } from "../../lib/models/composition/composition";
import { parametersOf } from "../../lib/models/parameters";
import { composedParameter, isWithin } from "../composition/parameter";
import type { Values } from "../params";
import { findProblems } from "./find-problems";
import type { ReadSetting } from "./node-settings";
import type { Problem } from "./problem";

/** What is wrong with the values in the dialog of a composition node. */
export const compositionProblems = (composition: Composition, values: Values, setting: ReadSetting): Problem[] => {
  const mode = setting("mode");
  if (mode === "clear") return [];
  const parameter = composedParameter(composition, setting("method"));
  const own = new Map([...values].filter(([path]) => isWithin(parameter, path)));
  if (own.size === 0) return [{ path: parameter, level: "error", key: "checks.noEntries" }];
  const isList = parametersOf(composition).lists.has(parameter);
  const isAdded = mode !== "replace";
  return findProblems(composition, own, {
    allowUnknown: false,
    finish: () => ({ elsewhere: [], refused: [] }),
    isComplete: () => isList || !isAdded,
    // What is added to an object may leave to the message what the object cannot do without.
    isShared: !isList && isAdded,
  });
};
