import { type Field, percentageOf } from "../form-tree";
import type { Translate } from "../node-red";
import { patternOf } from "../params";
import { fullLabel, helpOf } from "../wording";

/** Patterns of all values in some fields. */
export const patternsIn = (fields: readonly Field[]): string[] =>
  fields.flatMap((field) => {
    if (field.kind === "pair") return [field.path, percentageOf(field.path)];
    if (field.kind === "choice") return [field.path, ...patternsIn(field.members)];
    if (field.kind === "object") return patternsIn(field.members);
    return field.kind === "list" ? patternsIn(field.element) : [field.path];
  });

const hasAll = (words: readonly string[], text: string): boolean => words.every((word) => text.includes(word));

/** Whether a parameter is meant: by its name, or by the label and help of it and the names of what it is in. */
export const isMeant = (pattern: string, words: readonly string[], t: Translate): boolean =>
  hasAll(words, [fullLabel(pattern.replaceAll("[]", ""), t), pattern, helpOf(pattern, t)].join(" ").toLowerCase());

/** Of a section's rows that are no parameters, those whose texts mean what is looked for. */
export const meantSettings = (rows: readonly HTMLElement[], words: readonly string[]): HTMLElement[] =>
  settingsAmong(rows).filter((row) => hasAll(words, `${row.dataset.property} ${row.textContent}`.toLowerCase()));

/** Rows of settings that are no parameters. */
export const settingsAmong = (rows: readonly HTMLElement[]): HTMLElement[] =>
  rows.filter((row) => row.dataset.property !== undefined);

const LEFT_OUT = "fluxwire-left-out";

export const leaveOut = (part: HTMLElement, isOut: boolean): void => {
  part.classList.toggle(LEFT_OUT, isOut);
};

/** What an element of a form is about: a path, by whichever of these names it. */
const pathNames = ["parameter", "list", "feature", "object", "whole", "source"] as const;

/** A step and its percentage are one field. */
const inSteps = (pattern: string): string => pattern.replace(/Percentage$/, "");

/**
 * Leaves of a section what is meant, and what that is in.
 *
 * @param found patterns of parameters, and rows of settings.
 */
export const leaveOnly = (
  section: HTMLElement,
  found: { patterns: readonly string[]; settings: readonly HTMLElement[] },
): void => {
  const wanted = found.patterns.map(inSteps);
  const isWanted = (pattern: string): boolean =>
    wanted.some((one) => one === pattern || one.startsWith(`${pattern}.`) || one.startsWith(`${pattern}[]`));
  for (const part of section.querySelectorAll<HTMLElement>(pathNames.map((name) => `[data-${name}]`).join())) {
    const path = pathNames.map((name) => part.dataset[name]).find((one) => one !== undefined) ?? "";
    leaveOut(part, !isWanted(inSteps(patternOf(path))));
  }
  for (const part of section.querySelectorAll<HTMLElement>("[data-preset]")) {
    leaveOut(part, !isWanted("width") && !isWanted("height"));
  }
  for (const part of section.querySelectorAll<HTMLElement>("[data-property]")) {
    leaveOut(part, !found.settings.includes(part));
  }
};

export const leaveAll = (section: HTMLElement): void => {
  for (const part of section.querySelectorAll<HTMLElement>(`.${LEFT_OUT}`)) leaveOut(part, false);
};
