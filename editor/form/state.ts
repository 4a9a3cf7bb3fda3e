import type { Translate, Typed } from "../node-red";
import type { UsualSize } from "./usual-sizes";

/** The values of an open dialog, and who wants to know of changes. */
export interface FormState {
  values: Map<string, Typed>;
  readonly t: Translate;
  /** Where all parameters that are shown belong to one thing: each list starts with an element to be filled in. */
  readonly startsLists?: boolean;
  /** Lists and objects whose source has a control of its own. */
  readonly withSource?: readonly string[];
  /** The parameter that a setting outside of the form fills too: it is not needed here. */
  readonly filledElsewhere?: string;
  /** Width and height that are offered as pairs. */
  readonly usualSizes?: readonly UsualSize[];
  changed(): void;
  /** Called when controls have come, or others have taken their place: a section is opened, a list is drawn again. */
  drawn(): void;
}

const nobody = (): void => undefined;

/**
 * The same values, for controls of which something around them has to hear first.
 *
 * @param changed hears of changes.
 * @param drawn hears of controls that have come.
 */
export const heardBy = (state: FormState, changed: () => void, drawn: () => void = nobody): FormState => ({
  ...state,
  get values() {
    return state.values;
  },
  set values(values) {
    state.values = values;
  },
  changed: () => {
    changed();
    state.changed();
  },
  drawn: () => {
    drawn();
    state.drawn();
  },
});

/** The paths at and below one, which have a value. */
export const pathsWithin = (state: FormState, path: string): string[] =>
  [...state.values.keys()].filter((name) => name === path || name.startsWith(`${path}.`));

/** Takes values out; what is returned may be put back. */
export const takeOut = (state: FormState, paths: readonly string[]): [string, Typed][] => {
  const taken = [...state.values].filter(([path]) => paths.includes(path));
  for (const path of paths) state.values.delete(path);
  return taken;
};
