import type { Violation } from "../../lib/errors";
import type { ParameterSet } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";
import { generalPath, readPath, valueAt } from "../../lib/models/paths";
import { placesIn } from "../../lib/models/places";
import { readDialogValues } from "../../lib/models/preparing/dialog-values";
import { readPlainValues } from "../../lib/models/preparing/plain-values";
import type { FluxRequest } from "../../lib/models/request";
import { ruleFindings } from "../../lib/models/rules/findings";
import type { Finding } from "../../lib/models/rules/rule";
import { type SchemaFinding, schemaFindings } from "../../lib/models/wording/schema-findings";
import { bySchema, type Values } from "../params";
import { type DialogRequest, dialogRequest } from "./dialog-request";
import type { Problem } from "./problem";
import { schemaWords } from "./schema-problem";

/** What becomes of a dialog's values when the node runs. */
export interface Use {
  allowUnknown: boolean;
  /**
   * Does, in place, what the node does with a request before its schema sees it.
   *
   * @returns paths of what it puts in from somewhere else, and what it refuses.
   */
  finish(request: FluxRequest): { elsewhere: readonly string[]; refused: readonly Violation[] };
  /** Whether an object at a path is complete: no message adds to it. */
  isComplete(path: string): boolean;
  /** Whether messages usually bring what is missing here, so that nothing is said. */
  isShared: boolean;
}

/** Whether two paths are of one thing, or one of them is in the other. */
const touches = (left: string, right: string): boolean =>
  left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);

/**
 * What is wrong with a dialog's values, found as the node finds it when it runs: with the same reading, the same
 * validator and the same rules. What depends on a value from somewhere else is not said.
 */
export const findProblems = (model: ParameterSet, values: Values, use: Use): Problem[] => {
  const dialog = dialogRequest(model, values);
  const read = readDialogValues(model, dialog.request);
  const request = read.values;
  const { elsewhere, refused } = use.finish(request);
  for (const path of elsewhere) dialog.elsewhere.add(path);
  const plain = readPlainValues(model, placesIn(model, request));
  const findings = model.validate(request)
    ? []
    : schemaFindings(model, request, model.validate.errors ?? [], use.allowUnknown);

  const found: (Problem | undefined)[] = [
    ...dialog.problems,
    ...[...read.violations, ...refused].map(({ parameter }) => plainProblem(parameter, "checks.notTaken", dialog)),
    ...plain.violations.map((violation) => refusedProblem(model, violation, dialog)),
  ];
  const taken = new Set([...read.violations, ...plain.violations].map(({ parameter }) => parameter));
  for (const [parameter, finding] of findings) {
    if (!taken.has(parameter)) found.push(schemaProblem(model, request, finding, dialog, use));
    taken.add(parameter);
  }
  for (const finding of ruleFindings(model, request, () => undefined, taken)) {
    found.push(ruleProblem(request, finding, dialog, use));
  }
  const compare = bySchema(model.facts);
  return once(found.filter((problem) => problem !== undefined)).sort((left, right) => compare(left.path, right.path));
};

/** One problem for each path and text; an error takes the place of a warning. */
const once = (problems: readonly Problem[]): Problem[] => {
  const byPlace = new Map<string, Problem>();
  for (const problem of problems) {
    const place = `${problem.path} ${problem.key}`;
    if (byPlace.get(place)?.level !== "error") byPlace.set(place, problem);
  }
  return [...byPlace.values()];
};

/** Whether something that is not known yet has a part in this. What is written inside of it is known all the same. */
const isUncertain = (path: string, { elsewhere, fixed }: DialogRequest): boolean =>
  !fixed.has(path) && [...elsewhere].some((unknown) => touches(unknown, path));

/** The same of something of which it only counts that it is there. */
const mayBeAbsent = (path: string, dialog: DialogRequest): boolean =>
  isUncertain(path, dialog) && ![...dialog.fixed].some((name) => name.startsWith(`${path}.`));

/** Where the dialog has what a value is part of: nothing inside a list that was written as JSON has a field. */
const placeOf = (path: string, { fixed }: DialogRequest): Pick<Problem, "path" | "at"> => {
  const isThere = [...fixed].some((name) => name === path || name.startsWith(`${path}.`));
  const around = isThere ? undefined : [...fixed].find((name) => path.startsWith(`${name}.`));
  return { path, ...(around !== undefined && { at: around }) };
};

const plainProblem = (parameter: string, key: string, dialog: DialogRequest): Problem | undefined => {
  const path = dialog.pathOf(readPath(parameter));
  return isUncertain(path, dialog) ? undefined : { ...placeOf(path, dialog), level: "error", key };
};

/** What was refused before the schema saw it: a picture where words belong, or more text than anybody has use for. */
const refusedProblem = (model: ParameterSet, { parameter }: Violation, dialog: DialogRequest): Problem | undefined => {
  const leaf = parametersOf(model).leaves.get(generalPath(readPath(parameter)));
  const key = leaf?.kind === "prompt" ? "checks.pictureAsPrompt" : "checks.muchTooLong";
  return plainProblem(parameter, key, dialog);
};

const schemaProblem = (
  model: ParameterSet,
  request: FluxRequest,
  finding: SchemaFinding,
  dialog: DialogRequest,
  use: Use,
): Problem | undefined => {
  const path = dialog.pathOf(finding.path);
  if (finding.kind === "missing") return missingProblem(path, finding, dialog, use);
  const other = finding.kind === "exclusive" ? dialog.pathOf([...finding.path.slice(0, -1), finding.other]) : path;
  // Whatever its value will be, the name is there.
  const isCertain = finding.kind === "unknown" || !(isUncertain(path, dialog) || isUncertain(other, dialog));
  if (!isCertain) return undefined;
  const { key, values } = schemaWords(model, request, finding);
  return { ...placeOf(path, dialog), level: "error", key: `checks.${key}`, ...(values && { values }) };
};

/** Messages bring what is missing, except into what they cannot add to. */
const missingProblem = (
  path: string,
  { owner, partner }: Extract<SchemaFinding, { kind: "missing" }>,
  dialog: DialogRequest,
  use: Use,
): Problem | undefined => {
  if (isUncertain(path, dialog)) return undefined;
  const around = dialog.pathOf(owner);
  if (use.isComplete(around)) return { ...placeOf(path, dialog), level: "error", key: "checks.missing" };
  if (use.isShared) return undefined;
  if (partner === undefined) return { path, level: "warning", key: "checks.missingHere" };
  const other = dialog.pathOf([...owner, partner]);
  return isUncertain(other, dialog)
    ? undefined
    : { path, level: "warning", key: "checks.missingBeside", others: { other } };
};

/** What a rule found. An error is certain where everything that it goes by is written here: a message may add the rest. */
const ruleProblem = (
  request: FluxRequest,
  { level, parameter, told }: Finding,
  dialog: DialogRequest,
  use: Use,
): Problem | undefined => {
  const pathOf = (name: string): string => dialog.pathOf(readPath(name));
  const others = Object.fromEntries(Object.entries(told.others ?? {}).map(([name, other]) => [name, pathOf(other)]));
  const path = pathOf(parameter);
  if (mayBeAbsent(path, dialog) || Object.values(others).some((one) => isUncertain(one, dialog))) return undefined;
  const isAdded = (name: string): boolean =>
    valueAt(request, readPath(name)) === undefined && !use.isComplete(pathOf(name));
  const isOpen = [parameter, ...Object.values(told.others ?? {})].some(isAdded);
  if (isOpen && use.isShared) return undefined;
  return {
    ...placeOf(path, dialog),
    level: isOpen ? "warning" : level,
    key: `rules.${told.key}`,
    ...(told.values && { values: told.values }),
    ...(told.others && { others }),
  };
};
