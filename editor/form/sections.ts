import type { Group, ModelFacts } from "../../lib/models/model";
import { element } from "../element";
import { formTree } from "../form-tree";
import { page } from "../node-red";
import { filterOver } from "./filter";
import { type ParameterSection, sectionBlock } from "./section";
import { type FormState, heardBy } from "./state";

/** All sections of a dialog. */
export interface Sections {
  readonly element: HTMLElement;
  /** The box that looks for fields in them. */
  readonly filter: HTMLElement;
  /** Draws those of a model, or of the mode of it that was chosen. */
  draw(facts: ModelFacts): void;
  /** Brings the headings up to date. */
  refresh(): void;
  /** By group, those that are there. */
  readonly byGroup: ReadonlyMap<Group, ParameterSection>;
}

/**
 * @param openAtFirst the groups that most flows set something in.
 * @param extras further lines by group, above its parameters.
 */
export const formSections = (
  openAtFirst: readonly Group[],
  extras: Readonly<Partial<Record<Group, readonly HTMLElement[]>>>,
  state: FormState,
): Sections => {
  const holder = element("div", { class: "fluxwire-sections" });
  const byGroup = new Map<Group, ParameterSection>();
  const filter = filterOver(holder, byGroup, extras, state.t);
  const own = heardBy(state, () => undefined, filter.leave);
  /** A section that a mode does not have opens as it was when another one has it again. */
  const wasOpen = new Map<Group, boolean>();
  const draw = (facts: ModelFacts): void => {
    for (const [group, section] of byGroup) wasOpen.set(group, section.isOpen());
    byGroup.clear();
    for (const row of Object.values(extras).flat()) row.remove();
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(holder).empty();
    for (const section of formTree(facts)) {
      const { group } = section;
      const extra = extras[group] ?? [];
      if (section.fields.length === 0 && extra.length === 0) continue;
      const block = sectionBlock(section, wasOpen.get(group) ?? openAtFirst.includes(group), extra, own);
      byGroup.set(group, block);
      holder.append(block.element);
    }
    filter.apply();
  };
  const refresh = (): void => {
    for (const section of byGroup.values()) section.refresh();
  };
  return { element: holder, filter: filter.element, draw, refresh, byGroup };
};
