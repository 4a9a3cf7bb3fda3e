import type { Typed } from "../node-red";
import { row } from "../row";
import { typedInput } from "../typed-field";
import { type FormState, pathsWithin, takeOut } from "./state";

/** Where a whole list or object may come from; a text typed into a dialog is neither. */
const wholeSources: readonly string[] = ["msg", "flow", "global", "env", "jsonata", "json"];

/** Stands for the controls of the dialog itself. */
const HERE = "here";

/**
 * Where a whole list or object comes from: the dialog's own controls for it, or one value from elsewhere. Only one of
 * the two is kept.
 *
 * @param label a key of the catalogue.
 * @param own what belongs to the controls; shown where they count.
 * @param drawOwn draws the controls after values were put back.
 * @param isFromElsewhere tells a value for all from one that the dialog's own controls set.
 */
export const sourceOfAll = (
  path: string,
  label: string,
  own: readonly HTMLElement[],
  drawOwn: () => void,
  state: FormState,
  isFromElsewhere: (saved: Typed | undefined) => boolean = (saved) => saved !== undefined,
): HTMLElement => {
  const { t } = state;
  const showOwn = (isShown: boolean): void => {
    for (const part of own) part.hidden = !isShown;
  };
  const hasOwn = pathsWithin(state, path).some((name) => name !== path);
  const here = { type: HERE, value: "" };
  const set = state.values.get(path);
  const saved = isFromElsewhere(set) ? set : undefined;
  // Written by hand: with both, the one is laid over the other.
  showOwn(saved === undefined || hasOwn);

  let putAside: [string, Typed][] = [];
  const takeOwn = (): void => {
    state.values.delete(path);
    for (const [name, typed] of putAside) state.values.set(name, typed);
    putAside = [];
    drawOwn();
    showOwn(true);
  };
  const takeOther = (typed: Typed): void => {
    if (!isFromElsewhere(state.values.get(path))) {
      putAside = takeOut(state, pathsWithin(state, path));
      showOwn(false);
    }
    state.values.set(path, typed);
  };
  const hereType = { value: HERE, label: t("composition.here"), hasValue: false };
  const unusual = saved && !wholeSources.includes(saved.type) ? [{ value: saved.type, label: saved.type }] : [];
  const control = typedInput([hereType, ...wholeSources, ...unusual], saved ?? here, "", (typed) => {
    if (typed.type === HERE) takeOwn();
    else takeOther(typed);
    state.changed();
  });
  const texts = { label: t(label), help: t("composition.fromHelp"), control: control.id };
  const made = row(texts, control.element);
  made.dataset.source = path;
  return made;
};
