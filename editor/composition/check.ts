import { compositionProblems } from "../checking/composition-problems";
import { reasonsOf } from "../checking/reasons";
import { compositions } from "../models";
import type { EditorNode } from "../node-red";
import { readParams } from "../params";
import { readSaved } from "../saved-node";

/** The validator for the `params` of a composition node: true, or the reasons why not. */
export const checkComposition = (node: EditorNode): true | string[] => {
  const composition = compositions[node.type];
  if (composition === undefined) return true;
  const saved = readSaved(node);
  return reasonsOf(
    compositionProblems(composition, readParams(saved.params), (property) => saved[property]),
    node._def._,
  );
};
