import { button } from "../element";
import type { Typed } from "../node-red";
import type { Values } from "../params";
import type { FormState } from "./state";

/** What changes when width and height change places, or a text of the catalogue that says why they cannot. */
export type Swap = { become: ReadonlyMap<string, Typed> } | { reason: string };

const isFixed = (typed: Typed | undefined): typed is Typed => typed?.type === "num" && /^\d+$/.test(typed.value);

/** Of two numbers that are written in the dialog. */
export const swappedSides = (values: Values, width: string, height: string): Swap => {
  const [wide, tall] = [values.get(width), values.get(height)];
  if (!isFixed(wide) || !isFixed(tall)) return { reason: "dialog.swapNeedsNumbers" };
  if (wide.value === tall.value) return { reason: "dialog.swapSquare" };
  return {
    become: new Map([
      [width, tall],
      [height, wide],
    ]),
  };
};

/** Of a size that goes by a name: landscape_4_3 becomes portrait_4_3. */
export const swappedName = (values: Values, path: string, names: readonly string[]): Swap => {
  const typed = values.get(path);
  if (typed?.type !== "str" || !names.includes(typed.value)) return { reason: "dialog.swapNeedsNumbers" };
  const value = typed.value.replace(/landscape|portrait/, (shape) => (shape === "portrait" ? "landscape" : "portrait"));
  if (value === typed.value || !names.includes(value)) return { reason: "dialog.swapSquare" };
  return { become: new Map([[path, { type: "str", value }]]) };
};

interface SwapButton {
  element: HTMLButtonElement;
  /** Brings up to date whether it works. */
  refresh(): void;
}

/**
 * A button that makes a lying picture an upright one. It keeps the focus and says why when it cannot.
 *
 * @param swapped draws the controls of what it changed.
 * @param refused gets the reason.
 * @param isNamed with its name on it, below a control that needs the width.
 */
export const swapButton = (
  next: () => Swap,
  swapped: () => void,
  refused: (reason: string) => void,
  state: FormState,
  isNamed = false,
): SwapButton => {
  const { t } = state;
  const made = button(isNamed ? t("dialog.swap") : "", "exchange", () => {
    const swap = next();
    if ("reason" in swap) return refused(t(swap.reason));
    for (const [path, typed] of swap.become) state.values.set(path, typed);
    swapped();
    state.changed();
  });
  made.classList.add("fluxwire-swap", isNamed ? "fluxwire-below" : "fluxwire-beside");
  made.setAttribute("aria-label", t("dialog.swap"));
  const refresh = (): void => {
    const swap = next();
    made.setAttribute("aria-disabled", String("reason" in swap));
    made.title = t("reason" in swap ? swap.reason : "dialog.swap");
  };
  refresh();
  return { element: made, refresh };
};
