import { element, icon } from "../element";

/** Lines of a dialog that depend on what else is in it. */
export interface Lines {
  readonly element: HTMLElement;
  /** Brings them up to date with what the dialog says now. */
  refresh(): void;
}

/** Lines that `draw` makes anew each time; where there are none, nothing is shown. */
export const linesOf = (draw: () => readonly HTMLElement[]): Lines => {
  const holder = element("div", { class: "fluxwire-wiring", role: "status" });
  const refresh = (): void => {
    const lines = draw();
    // A button that is drawn anew would lose the focus, and a reader would hear the same again.
    if (lines.map(textOf).join("\n") === [...holder.children].map(textOf).join("\n")) return;
    holder.replaceChildren(...lines);
    holder.hidden = lines.length === 0;
  };
  holder.hidden = true;
  refresh();
  return { element: holder, refresh };
};

const textOf = ({ className, textContent }: Element): string => `${className} ${textContent}`;

/** A line that says how things are. */
export const plainLine = (iconName: string, content: readonly (Node | string)[]): HTMLElement =>
  element("div", { class: "fluxwire-line" }, icon(iconName), element("span", {}, ...content));

/** A line that says what will not work; its icon is there for those who do not see its colour. */
export const warningLine = (content: readonly (Node | string)[]): HTMLElement => {
  const made = plainLine("exclamation-triangle", content);
  made.classList.add("form-tips", "fluxwire-warning");
  return made;
};
