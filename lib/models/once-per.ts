import type { ParameterSet } from "./model";

/** What is read off a model's facts: made when it is first asked for, and kept for as long as the model is. */
export const oncePer = <Made>(make: (model: ParameterSet) => Made): ((model: ParameterSet) => Made) => {
  const kept = new WeakMap<ParameterSet, { made: Made }>();
  return (model) => {
    const known = kept.get(model);
    if (known) return known.made;
    const made = make(model);
    kept.set(model, { made });
    return made;
  };
};
