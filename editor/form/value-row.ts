import { button } from "../element";
import type { Typed } from "../node-red";
import { row } from "../row";
import { typedField } from "../typed-field";
import { helpOf, hintOf, isNeeded } from "../wording";
import type { ChoiceField, ValueField } from "./fields";
import { randomSeed } from "./random-seed";
import type { FormState } from "./state";

/** What a choice may be instead: an object of one's own, which has controls elsewhere. */
export interface Alternative {
  label: string;
  chosen: boolean;
  choose(): void;
  leave(): void;
}

export const valueRow = (
  field: ValueField | ChoiceField,
  path: string,
  label: string,
  state: FormState,
  alternative?: Alternative,
): HTMLElement => {
  const { leaf } = field;
  const { t } = state;
  const change = (typed: Typed | undefined): void => {
    alternative?.leave();
    if (typed === undefined) state.values.delete(path);
    else state.values.set(path, typed);
    reset.hidden = typed === undefined;
    state.changed();
  };
  const put = (typed: Typed | undefined): void => {
    control.show(typed);
    change(typed);
    control.focus();
  };
  const isMarked = isNeeded(leaf) && leaf.mode === undefined && path !== state.filledElsewhere;
  const current = alternative?.chosen ? undefined : state.values.get(path);
  const own = alternative && {
    ...alternative,
    choose: () => {
      reset.hidden = false;
      alternative.choose();
    },
  };
  const control = typedField(leaf, current, t, change, own);
  const reset = button("", "undo", () => put(undefined));
  reset.classList.add("fluxwire-reset");
  reset.title = t("dialog.reset", { label });
  reset.hidden = current === undefined && !alternative?.chosen;
  if (leaf.kind === "seed") control.element.append(diceFor(leaf, label, put, state));
  const made = row(
    {
      label: isMarked ? `${label} *` : label,
      help: helpOf(leaf.path, t),
      hint: hintOf(leaf, t),
      control: control.id,
    },
    control.element,
  );
  made.querySelector(".fluxwire-cell")?.prepend(reset);
  made.dataset.parameter = path;
  return made;
};

/** A button that puts a seed into the field which can be kept: unlike no seed, it gives the same picture again. */
const diceFor = (
  leaf: ValueField["leaf"],
  label: string,
  put: (typed: Typed) => void,
  { t }: FormState,
): HTMLButtonElement => {
  const dice = button("", "random", () => put({ type: "num", value: randomSeed(leaf) }));
  dice.classList.add("fluxwire-beside");
  dice.title = t("dialog.dice", { label });
  return dice;
};
