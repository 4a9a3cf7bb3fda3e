import { wholeSources } from "../check";
import { isWithin } from "../composition/parameter";
import type { Typed } from "../node-red";
import { row } from "../row";
import { typedInput } from "../typed-field";
import type { FormState } from "./state";

/** Stands for the controls of the dialog itself. */
const HERE = "here";

/**
 * Where a whole list or object comes from: the dialog's own controls for it, or one value from elsewhere. Only one of
 * the two is kept.
 *
 * @param label a key of the catalogue.
 * @param own what belongs to the controls; shown where they count.
 * @param drawOwn draws the controls after values were put back.
 */
export const sourceOfAll = (
  path: string,
  label: string,
  own: readonly HTMLElement[],
  drawOwn: () => void,
  state: FormState,
): HTMLElement => {
  const { t } = state;
  const showOwn = (isShown: boolean): void => {
    for (const part of own) part.hidden = !isShown;
  };
  const isInside = (name: string): boolean => name !== path && isWithin(path, name);
  const hasOwn = (): boolean => [...state.values.keys()].some(isInside);
  const saved = state.values.get(path);
  // Written by hand: with both, the one is laid over the other.
  showOwn(saved === undefined || hasOwn());

  let putAside: [string, Typed][] = [];
  const takeOwn = (): void => {
    state.values.delete(path);
    for (const [name, typed] of putAside) state.values.set(name, typed);
    putAside = [];
    drawOwn();
    showOwn(true);
  };
  const takeOther = (typed: Typed): void => {
    if (!state.values.has(path)) {
      putAside = [...state.values].filter(([name]) => isInside(name));
      for (const [name] of putAside) state.values.delete(name);
      showOwn(false);
    }
    state.values.set(path, typed);
  };
  const here = { value: HERE, label: t("composition.here"), hasValue: false };
  const unusual = saved && !wholeSources.includes(saved.type) ? [{ value: saved.type, label: saved.type }] : [];
  const control = typedInput([here, ...wholeSources, ...unusual], saved ?? { type: HERE, value: "" }, "", (typed) => {
    if (typed.type === HERE) takeOwn();
    else takeOther(typed);
    state.changed();
  });
  const texts = { label: t(label), help: t("composition.fromHelp"), control: control.id };
  const made = row(texts, control.element);
  made.dataset.source = path;
  return made;
};
