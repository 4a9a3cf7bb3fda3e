import { element } from "../element";
import { patternOf } from "../params";
import { savedLine } from "./lines";
import type { FormState } from "./state";

/** Saved values that the model has no parameter for, each with a button that removes it; undefined when there are none. */
export const unknownBlock = (known: ReadonlySet<string>, state: FormState): HTMLElement | undefined => {
  const unknown = [...state.values].filter(([path]) => !known.has(patternOf(path)));
  if (unknown.length === 0) return undefined;
  const { t } = state;
  const lines = unknown.map(([path, typed]) => savedLine(path, path, typed, state));
  return element(
    "div",
    { class: "fluxwire-object fluxwire-unknown" },
    element(
      "div",
      { class: "fluxwire-object-heading" },
      element("strong", {}, t("dialog.unknownHeading")),
      element("span", { class: "fluxwire-hint" }, t("dialog.unknownHint")),
    ),
    element("div", { class: "fluxwire-members" }, ...lines),
  );
};
