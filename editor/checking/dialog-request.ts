import type { ParameterSet } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";
import type { Path } from "../../lib/models/paths";
import type { FluxRequest } from "../../lib/models/request";
import { nest } from "../../lib/node-red/params";
import { closeGaps, indexesIn, patternOf, type Values } from "../params";
import { type Known, whatIsKnown } from "./known";
import type { Problem } from "./problem";
import { standIn } from "./stand-in";

/** The values of a dialog as a request, before anything is read in it: texts as they were typed. */
export interface DialogRequest {
  request: FluxRequest;
  /** Paths of what is written in the dialog. */
  fixed: ReadonlySet<string>;
  /** Paths of what comes from somewhere else; stand-ins are in their places. */
  elsewhere: Set<string>;
  /** What cannot even be read. */
  problems: Problem[];
  /** Where the dialog has what is at a place of the request: elements in which nothing is set are in the dialog only. */
  pathOf(place: Path): string;
}

const unreadable = { nowhere: "checks.nowhere", broken: "checks.notJson" } as const;

export const dialogRequest = (model: ParameterSet, values: Values): DialogRequest => {
  const { leaves } = parametersOf(model);
  const known = new Map<string, Known>();
  for (const [path, typed] of values) {
    const found = whatIsKnown(typed, leaves.get(patternOf(path)));
    if (found !== "nothing") known.set(path, found);
  }
  const indexes = indexesIn(known);
  const fixed = new Set<string>();
  const elsewhere = new Set<string>();
  const problems: Problem[] = [];
  const given = [...known].map(([path, found], number): [string, unknown] => {
    if (typeof found === "object") {
      fixed.add(path);
      return [path, found.value];
    }
    elsewhere.add(path);
    if (found === "nowhere" || found === "broken") problems.push({ path, level: "error", key: unreadable[found] });
    return [path, standIn(model, patternOf(path), number)];
  });
  // Of both, the object counts.
  for (const path of fixed) {
    const isBoth = leaves.has(patternOf(path)) && [...known.keys()].some((other) => other.startsWith(`${path}.`));
    const key = leaves.get(patternOf(path))?.kind === "choice" ? "checks.bothKinds" : "checks.bothForms";
    if (isBoth) problems.push({ path, level: "warning", key });
  }
  const pathOf = (place: Path): string =>
    place.reduce<string>((path, part) => {
      const name = typeof part === "number" ? (indexes.get(path)?.[part] ?? part) : part;
      return path === "" ? String(name) : `${path}.${name}`;
    }, "");
  return { request: nest(closeGaps(new Map(given))), fixed, elsewhere, problems, pathOf };
};
