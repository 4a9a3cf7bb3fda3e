import { element, icon } from "../element";

/** A part of a dialog that folds. */
export interface Fold {
  element: HTMLElement;
  isOpen(): boolean;
  /** Folds it, or unfolds it. */
  fold(isOpen: boolean): void;
  /** Says a few words at the end of the heading, which are read while the part is folded too. */
  remark(text: string): void;
  /** Says in the heading that something has to be corrected; an empty text: nothing has. */
  problem(text: string): void;
}

/**
 * A heading that folds what is below it away.
 *
 * @param opened called every time it unfolds.
 */
export const foldingBlock = (
  group: string,
  title: string,
  body: HTMLElement,
  open: boolean,
  opened: () => void = () => undefined,
): Fold => {
  const remark = element("span", { class: "fluxwire-count" });
  const wrong = element("span", { class: "fluxwire-problems" });
  const arrow = icon("angle-right");
  const head = element(
    "button",
    { type: "button", class: "fluxwire-section-heading" },
    arrow,
    element("span", {}, title),
    wrong,
    remark,
  );
  body.classList.add("fluxwire-section-body");
  const fold = (isOpen: boolean): void => {
    if (isOpen) opened();
    head.setAttribute("aria-expanded", String(isOpen));
    arrow.className = `fa fa-angle-${isOpen ? "down" : "right"}`;
    body.hidden = !isOpen;
  };
  head.addEventListener("click", () => fold(body.hidden !== false));
  fold(open);
  const block = element("div", { class: "fluxwire-section" }, head, body);
  block.dataset.group = group;
  return {
    element: block,
    isOpen: () => !body.hidden,
    fold,
    remark: (text) => {
      remark.textContent = text;
    },
    problem: (text) => {
      wrong.replaceChildren(...(text === "" ? [] : [icon("exclamation-triangle"), text]));
    },
  };
};
