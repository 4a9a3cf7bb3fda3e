import type { Typed } from "../node-red";
import { row } from "../row";
import { typedField } from "../typed-field";
import { helpOf, hintOf, isNeeded } from "../wording";
import type { ChoiceField, ValueField } from "./fields";
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
  const change = (typed: Typed | undefined): void => {
    alternative?.leave();
    if (typed === undefined) state.values.delete(path);
    else state.values.set(path, typed);
    state.changed();
  };
  const isMarked = isNeeded(leaf) && leaf.mode === undefined && path !== state.filledElsewhere;
  const current = alternative?.chosen ? undefined : state.values.get(path);
  const control = typedField(leaf, current, state.t, change, alternative);
  const made = row(
    {
      label: isMarked ? `${label} *` : label,
      help: helpOf(leaf.path, state.t),
      hint: hintOf(leaf, state.t),
      control: control.id,
    },
    control.element,
  );
  made.dataset.parameter = path;
  return made;
};
