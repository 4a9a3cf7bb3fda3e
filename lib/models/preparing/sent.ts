import type { ParameterSet } from "../model";
import { oncePer } from "../once-per";
import { type Path, readPath, valueAt } from "../paths";
import type { FluxRequest } from "../request";
import { isObject } from "./merge";

/** What is sent although nobody said anything, and where: the object that holds it, and its name in there. */
interface Sent {
  owner: Path;
  name: string;
  sent: unknown;
}

const sentOf = oncePer(({ facts }) =>
  facts.leaves.flatMap(({ path, sent }): Sent[] => {
    if (sent === undefined) return [];
    const way = readPath(path);
    return [{ owner: way.slice(0, -1), name: String(way.at(-1)), sent }];
  }),
);

/**
 * Fills in, in place, what the node sends although nobody said anything. A member of an object is filled in only where
 * there is that object.
 */
export const fillInSent = (model: ParameterSet, request: FluxRequest): void => {
  for (const { owner: path, name, sent } of sentOf(model)) {
    const owner = valueAt(request, path);
    if (isObject(owner) && owner[name] === undefined) owner[name] = sent;
  }
};
