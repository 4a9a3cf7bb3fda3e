import type { Translate, Typed } from "../node-red";

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
  changed(): void;
  /** Called when controls have come, or others have taken their place: a section is opened, a list is drawn again. */
  drawn(): void;
}
