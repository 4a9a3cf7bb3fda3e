import type { ParameterSet } from "./model";

/**
 * What is made of an object that does not change, mostly of a model's facts: when it is first asked for, and kept for as long
 * as the object is.
 */
export const oncePer = <Made, Owner extends object = ParameterSet>(
  make: (owner: Owner) => Made,
): ((owner: Owner) => Made) => {
  const kept = new WeakMap<Owner, { made: Made }>();
  return (owner) => {
    const known = kept.get(owner);
    if (known) return known.made;
    const made = make(owner);
    kept.set(owner, { made });
    return made;
  };
};
