import { oncePer } from "../once-per";
import type { FluxRequest } from "../request";

const fixed = new WeakSet<FluxRequest>();

/**
 * Says of a dialog that it is the same for every message, so that what is made of it is made once.
 *
 * @param dialog nobody else's: it is frozen, with everything in it
 */
export const fixedDialog = (dialog: FluxRequest): FluxRequest => {
  freeze(dialog);
  fixed.add(dialog);
  return dialog;
};

const freeze = (value: unknown): void => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inside of Object.values(value)) freeze(inside);
};

export const isFixed = (dialog: FluxRequest): boolean => fixed.has(dialog);

/** What is made of a dialog: of a fixed one once, and kept for as long as that is; of any other for each message. */
export const oncePerDialog = <Made>(make: (dialog: FluxRequest) => Made): ((dialog: FluxRequest) => Made) => {
  const once = oncePer(make);
  return (dialog) => (isFixed(dialog) ? once(dialog) : make(dialog));
};
