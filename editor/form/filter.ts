import type { Group } from "../../lib/models/model";
import { element, icon } from "../element";
import type { Translate } from "../node-red";
import { controlId } from "../row";
import { isMeant, leaveAll, leaveOnly, leaveOut, meantSettings, patternsIn, settingsAmong } from "./matching";
import type { ParameterSection } from "./section";

/** The box above the sections that looks for fields. */
interface FilterBox {
  readonly element: HTMLElement;
  /** The words that are looked for, in lower case; none when the box is empty. */
  words(): string[];
  /** Says how many fields match; nothing while the box is empty. */
  say(found: number, of: number): void;
}

const filterBox = (changed: () => void, t: Translate): FilterBox => {
  const id = controlId();
  const input = element("input", {
    type: "text",
    id,
    class: "fluxwire-filter-input",
    placeholder: t("dialog.filter"),
    "aria-label": t("dialog.filter"),
    autocomplete: "off",
  });
  const count = element("span", { class: "fluxwire-filter-count", role: "status" });
  input.addEventListener("input", changed);
  input.addEventListener("keydown", (event) => {
    // Enter would press the first button of the dialog's form.
    if (event.key === "Enter") event.preventDefault();
    if (event.key !== "Escape" || input.value === "") return;
    event.preventDefault();
    event.stopPropagation();
    input.value = "";
    changed();
  });
  return {
    element: element("div", { class: "fluxwire-filter" }, icon("search"), input, count),
    words: () =>
      input.value
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== ""),
    say: (found, of) => {
      count.textContent = input.value.trim() === "" ? "" : t("dialog.filtered", { found, of });
    },
  };
};

interface Filter {
  readonly element: HTMLElement;
  /** Looks anew, after sections have come or gone. */
  apply(): void;
  /** Leaves out what is not meant, after controls have come. */
  leave(): void;
}

/**
 * Looks for fields in all sections: opens those that have some, leaves the rest out, and folds them as they were when
 * the box is empty again.
 */
export const filterOver = (
  holder: HTMLElement,
  sections: ReadonlyMap<Group, ParameterSection>,
  extras: Readonly<Partial<Record<Group, readonly HTMLElement[]>>>,
  t: Translate,
): Filter => {
  let before: ReadonlyMap<Group, boolean> | undefined;
  const foundIn = (group: Group, { fields }: ParameterSection) => {
    const words = box.words();
    return {
      patterns: patternsIn(fields).filter((pattern) => isMeant(pattern, words, t)),
      settings: meantSettings(extras[group] ?? [], words),
    };
  };
  const leave = (): void => {
    const isFiltering = box.words().length > 0;
    holder.classList.toggle("fluxwire-filtered", isFiltering);
    for (const [group, section] of sections) {
      const found = foundIn(group, section);
      if (isFiltering) leaveOnly(section.element, found);
      else leaveAll(section.element);
      leaveOut(section.element, isFiltering && found.patterns.length + found.settings.length === 0);
    }
  };
  const apply = (): void => {
    const isFiltering = box.words().length > 0;
    if (isFiltering) before ??= new Map([...sections].map(([group, section]) => [group, section.isOpen()]));
    let count = 0;
    let all = 0;
    for (const [group, section] of sections) {
      const { patterns, settings } = foundIn(group, section);
      count += patterns.length + settings.length;
      all += patternsIn(section.fields).length + settingsAmong(extras[group] ?? []).length;
      if (isFiltering && patterns.length + settings.length > 0) section.fold(true);
      if (!isFiltering && before) section.fold(before.get(group) ?? section.isOpen());
    }
    if (!isFiltering) before = undefined;
    leave();
    box.say(count, all);
  };
  const box = filterBox(apply, t);
  return { element: box.element, apply, leave };
};
