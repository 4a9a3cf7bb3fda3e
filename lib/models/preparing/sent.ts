import type { ParameterSet } from "../model";
import { readPath, valueAt } from "../paths";
import type { FluxRequest } from "../request";
import { isObject } from "./merge";

/**
 * Fills in, in place, what the node sends although nobody said anything. A member of an object is filled in only where
 * there is that object.
 */
export const fillInSent = ({ facts }: ParameterSet, request: FluxRequest): void => {
  for (const { path, sent } of facts.leaves) {
    if (sent === undefined) continue;
    const way = readPath(path);
    const owner = valueAt(request, way.slice(0, -1));
    const name = String(way.at(-1));
    if (isObject(owner) && owner[name] === undefined) owner[name] = sent;
  }
};
