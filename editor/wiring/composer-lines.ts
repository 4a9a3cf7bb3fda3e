import { isWithin } from "../composition/parameter";
import { models } from "../models";
import { type EditorNode, page } from "../node-red";
import type { OpenSettings } from "../open-settings";
import type { Values } from "../params";
import { labelOf } from "../wording";
import type { Composer } from "./composing";
import { type Lines, linesOf, plainLine, warningLine } from "./lines";
import { namedNode, sentence } from "./named-node";
import { composingNow } from "./now";

/**
 * In the dialog of an inference node: which composition nodes upstream bring what, what of it this model refuses, and
 * which of the dialog's own lists give way to it.
 *
 * @param values those of the dialog as they are now.
 */
export const composerLines = (node: EditorNode, settings: Pick<OpenSettings, "read">, values: () => Values): Lines => {
  const t = node._def._;
  const model = models[node.type];
  const composing = composingNow();
  /** The texts of this node's own type have names for what its model takes, and for nothing else. */
  const nameOf = ({ id, parameter }: Composer): string => labelOf(parameter, page.RED.nodes.node(id)?._def._ ?? t);
  const composerLine = (composer: Composer): HTMLElement => {
    const { id, mode, takesIt } = composer;
    const key = takesIt ? mode : "brings";
    const content = sentence((places) => t(`wiring.${key}`, { ...places, parameter: nameOf(composer) }), {
      node: namedNode(id),
    });
    return takesIt ? plainLine("long-arrow-right", content) : warningLine(content);
  };
  return linesOf(() => {
    const found = composing.composers(node.id, {
      mode: settings.read("mode"),
      allowUnknown: settings.read("allowUnknown"),
    });
    if (model === undefined || found.length === 0) return [];
    const lists = [...new Set(found.map(({ parameter }) => parameter))].filter(
      (parameter) =>
        model.facts.lists.some(({ path }) => path === parameter) &&
        [...values().keys()].some((path) => isWithin(parameter, path)),
    );
    return [
      plainLine("sitemap", [t("wiring.composedBy")]),
      ...found.map(composerLine),
      ...lists.map((list) => plainLine("info-circle", [t("wiring.givesWay", { parameter: labelOf(list, t) })])),
    ];
  });
};
