import { element } from "../element";
import type { Field } from "../form-tree";
import { page, type Typed } from "../node-red";
import { controlId } from "../row";
import { helpOf, labelOf } from "../wording";
import { type DrawRows, type ObjectField, pathInside } from "./fields";
import { savedLine } from "./lines";
import { offerSource } from "./offer-source";
import { type FormState, heardBy, pathsWithin, takeOut } from "./state";

/** On, with the service's own values: of features that have such a form. */
const plainOn: Typed = { type: "bool", value: "true" };

const isPlainOn = (typed: Typed | undefined): boolean => typed?.type === "bool" && typed.value === "true";

/** Objects that are mere places, for pictures and for settings of what the node does anyway. */
const places: readonly string[] = ["inputs", "settings"];

/** Whether an object is a feature, which is on or off: not where the whole dialog is about it either. */
export const isFeature = ({ path, members }: ObjectField, state: FormState): boolean =>
  members.length > 1 && !places.includes(path) && !state.withSource?.includes(path);

/**
 * A feature: a box to tick, and fields that count while it is ticked. Off takes its values out and puts them aside for
 * as long as the dialog is open. An object without members is never saved: on without values is either the plain form
 * that the feature has, or nothing yet.
 */
export const featureBlock = (
  field: ObjectField,
  container: string,
  state: FormState,
  drawRows: DrawRows,
): HTMLElement => {
  const { t } = state;
  const path = pathInside(field, container);
  const isItself = (member: Field): boolean => member.path === field.path;
  const hasPlainForm = field.members.some(isItself);
  const fields = field.members.filter((member) => !isItself(member));
  const isElsewhere = (typed: Typed | undefined): boolean => typed !== undefined && !(hasPlainForm && isPlainOn(typed));

  const id = controlId();
  const box = element("input", { type: "checkbox", id, class: "fluxwire-switch", "aria-describedby": `${id}-help` });
  const note = element("div", { class: "fluxwire-hint", role: "status" });
  const top = element(
    "div",
    { class: "fluxwire-object-heading" },
    box,
    element("label", { class: "fluxwire-label", for: id }, element("strong", {}, labelOf(field.path, t))),
    element("span", { class: "fluxwire-hint", id: `${id}-help` }, helpOf(field.path, t)),
    element("div", { class: "fluxwire-cell" }, note),
  );
  if (hasPlainForm) top.dataset.parameter = path;
  const body = element("div", { class: "fluxwire-feature-body" });
  const block = element("div", { class: "fluxwire-object fluxwire-feature" }, top, body);
  block.dataset.feature = path;

  const show = (): void => {
    body.hidden = !box.checked;
    const offer = top.querySelector<HTMLElement>(".fluxwire-offer");
    if (offer) offer.hidden = !box.checked;
    const inside = pathsWithin(state, path);
    const isPlain = inside.length === 1 && isPlainOn(state.values.get(path));
    const text = isPlain ? t("dialog.standardValues") : inside.length === 0 ? t("dialog.nothingYet") : "";
    const says = box.checked ? text : "";
    if (note.textContent !== says) note.textContent = says;
  };
  /** A feature has its plain form or values of its own, and a value set in it switches it on. */
  const settle = (): void => {
    const inside = pathsWithin(state, path);
    const hasMembers = inside.some((name) => name !== path);
    box.checked ||= inside.length > 0;
    if (hasPlainForm) {
      if (hasMembers && isPlainOn(state.values.get(path))) state.values.delete(path);
      else if (inside.length === 0 && box.checked) state.values.set(path, plainOn);
    }
    show();
  };
  const own = heardBy(state, settle);

  const draw = (): void => {
    top.querySelector(".fluxwire-offer")?.remove();
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(body).empty();
    const slot = element("div", {});
    const members = element("div", { class: "fluxwire-members" });
    body.append(slot, members);
    const drawMembers = (): void => {
      page.$(members).empty();
      const typed = state.values.get(path);
      // Written by hand: of both, the values of its own count.
      const isBoth = isPlainOn(typed) && pathsWithin(state, path).length > 1;
      if (typed && isBoth) members.append(savedLine(t("dialog.whole"), path, typed, own));
      members.append(...drawRows(fields, container, own));
    };
    drawMembers();
    const drawAgain = (): void => {
      drawMembers();
      state.drawn();
    };
    offerSource(path, { top, slot }, [members], drawAgain, own, isElsewhere);
    show();
  };

  let putAside: [string, Typed][] = [];
  box.checked = pathsWithin(state, path).length > 0;
  box.addEventListener("change", () => {
    if (box.checked) {
      for (const [name, typed] of putAside) state.values.set(name, typed);
      settle();
    } else putAside = takeOut(state, pathsWithin(state, path));
    draw();
    state.drawn();
    state.changed();
  });
  draw();
  return block;
};
