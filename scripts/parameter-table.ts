import { settableLeaves } from "../editor/form-tree";
import type { Translate } from "../editor/node-red";
import { choiceLabel, helpOf, isNeeded, limitsOf } from "../editor/wording";
import type { Group, Leaf, ModelFacts } from "../lib/models/model";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** A list of choices longer than this is cut: the dialog has all of them. */
const shownChoices = 13;

const choicesOf = ({ path, known, choices = [], kind }: Leaf, t: Translate): string => {
  if (kind === "boolean") return "";
  if (known) return known.map((id) => `<code>${escaped(id)}</code>${nameOf(id, path, t)}`).join(", ");
  const shown = choices.slice(0, shownChoices).map((choice) => `<code>${escaped(String(choice))}</code>`);
  return [...shown, ...(choices.length > shownChoices ? ["..."] : [])].join(" ");
};

/** " (canny)" for an identifier that the catalogue has a name for. */
const nameOf = (id: string, path: string, t: Translate): string => {
  const name = choiceLabel(path, id, t);
  return name === id ? "" : ` (${escaped(name)})`;
};

const row = (leaf: Leaf, t: Translate): string => {
  const marks = [isNeeded(leaf) ? t("dialog.required") : "", limitsOf(leaf, t)]
    .filter((mark) => mark !== "")
    .join("; ");
  const choices = choicesOf(leaf, t);
  return [
    `<dt>${escaped(leaf.path)} <span class="property-type">${escaped(marks === "" ? t(`ranges.kinds.${leaf.kind}`) : marks)}</span></dt>`,
    `<dd>${escaped(helpOf(leaf.path, t))}${choices === "" ? "" : ` ${choices}`}</dd>`,
  ].join("\n");
};

/**
 * Every parameter that an author can set, as HTML for a node's help: path, range, default, meaning; by section.
 *
 * @param t looks texts up in the catalogue of the help's language.
 */
export const parameterTable = (facts: ModelFacts, t: Translate): string => {
  const sections = new Map<Group, Leaf[]>();
  for (const leaf of settableLeaves(facts)) sections.set(leaf.group, [...(sections.get(leaf.group) ?? []), leaf]);
  return [...sections]
    .map(([group, leaves]) =>
      [
        ...(sections.size > 1 ? [`<h4>${escaped(t(`groups.${group}`))}</h4>`] : []),
        '<dl class="message-properties">',
        ...leaves.map((leaf) => row(leaf, t)),
        "</dl>",
      ].join("\n"),
    )
    .join("\n");
};
