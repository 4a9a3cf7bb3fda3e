import { models } from "../models";
import { type EditorNode, page, type Translate } from "../node-red";
import type { OpenSettings } from "../open-settings";
import { labelOf } from "../wording";
import type { Destination } from "./composing";
import { type Lines, linesOf, plainLine, warningLine } from "./lines";
import { inSequence, namedNode, nodeButton, sentence, titleOf } from "./named-node";
import { composingNow, takersOf } from "./now";

/** "text to image", where a node is set to one of its model's modes. */
const modeOf = (id: string, t: Translate): string => {
  const node = page.RED.nodes.node(id);
  const mode = node?.mode;
  const modes = node && models[node.type]?.modes;
  return modes && typeof mode === "string" && Object.hasOwn(modes, mode) ? t(`dialog.${mode}`) : "";
};

/** Settings by which a node decides what it sets; each node type has some of them. */
const DECIDING = ["mode", "method", "putInto"] as const;

/** In the dialog of a node that composes: which inference nodes it leads to, and which of them refuse what it sets. */
export const destinationLines = (node: EditorNode, settings: Pick<OpenSettings, "read">): Lines => {
  const t = node._def._;
  const composing = composingNow();
  const refusal = ({ id, parameter }: Destination): HTMLElement =>
    warningLine(
      sentence((places) => t("wiring.refuses", { ...places, parameter: labelOf(parameter, t) }), {
        node: namedNode(id, modeOf(id, t)),
        takers: [takersOf(parameter).map(titleOf).join(", ")],
      }),
    );
  return linesOf(() => {
    const found = composing.destinations(
      node.id,
      Object.fromEntries(DECIDING.map((property) => [property, settings.read(property)])),
    );
    if (found.length === 0) return [];
    const nodes = inSequence(found.map(({ id }) => nodeButton(id)));
    const leadsTo = plainLine(
      "long-arrow-right",
      sentence((places) => t("wiring.leadsTo", places), { nodes }),
    );
    return [leadsTo, ...found.filter(({ takesIt }) => !takesIt).map(refusal)];
  });
};
