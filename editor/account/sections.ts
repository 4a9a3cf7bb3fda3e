import { type Fold, foldingBlock } from "../form/fold";
import { page, type Translate } from "../node-red";

/**
 * Lets the sections of an account's dialog fold; one in which something is wrong is open.
 *
 * @param openAtFirst the others are set once, and by few.
 */
export const foldAccountSections = (
  t: Translate,
  openAtFirst: readonly string[],
  isRight: (property: string) => boolean,
): void => {
  for (const section of document.querySelectorAll<HTMLElement>(".fluxwire-account-section")) {
    const group = section.dataset.group ?? "";
    section.querySelector("h4")?.remove();
    const body = document.createElement("div");
    body.append(...section.childNodes);
    const isOpen = openAtFirst.includes(group) || controlsOf(body).some((control) => !isRight(propertyOf(control)));
    const fold = foldingBlock(group, t(`account.heading.${group}`), body, isOpen);
    section.replaceWith(fold.element);
    const refresh = (): void => countSet(fold, body, t);
    // Node-RED's own widgets tell of changes by jQuery only.
    page.$(body).on("input change", refresh);
    refresh();
  }
};

type Control = HTMLInputElement | HTMLSelectElement;

/** The controls of a section's settings, without what Node-RED's widgets are made of. */
const controlsOf = (body: HTMLElement): Control[] =>
  [...body.querySelectorAll<Control>('[id^="node-config-input-"], [id^="fluxwire-account-"]')].filter(
    (control) => control.tagName === "INPUT" || control.tagName === "SELECT",
  );

const propertyOf = ({ id }: Control): string => id.slice(id.lastIndexOf("-") + 1);

/** Says how many settings are not as they are at first, so that a folded limit is not overlooked. */
const countSet = (fold: Fold, body: HTMLElement, t: Translate): void => {
  const set = controlsOf(body).reduce((sum, control) => sum + countOf(control), 0);
  fold.remark(set === 0 ? "" : t("account.countSet", { count: set }));
};

/** The control of a table says how many rows there are. */
const countOf = (control: Control): number =>
  control.dataset.counts === "rows" ? Number(control.value) : Number(isSet(control));

/** Where a config node is chosen, "_ADD_" stands for none. */
const isSet = (control: Control): boolean => !["", "_ADD_", control.dataset.preset].includes(control.value.trim());
