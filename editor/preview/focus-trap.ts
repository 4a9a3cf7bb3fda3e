/**
 * Keeps the Tab key inside of a dialog.
 * @param home gets the focus when it is nowhere in the dialog.
 * @returns gives the focus back to where it was.
 */
export const trapFocus = (dialog: HTMLElement, home: HTMLElement): (() => void) => {
  const before = document.activeElement;
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    event.preventDefault();
    const stops = [...dialog.querySelectorAll("button")].filter(({ hidden }) => !hidden);
    const at = stops.findIndex((stop) => stop.matches(":focus"));
    const next = at === -1 ? home : stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length];
    next?.focus();
  });
  return () => {
    if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
  };
};
