import type { Values } from "../params";

/** An object whose picture this node leaves to the message. */
const lacksPicture = (parameter: string, values: Values): boolean =>
  !values.has(parameter) && ![...values.keys()].some((path) => path.startsWith(`${parameter}.images`));

/** Whether two entries of a list name the same model; of one that comes from elsewhere nobody knows. */
const namesModelTwice = (parameter: string, values: Values): boolean => {
  const models = [...values]
    .filter(([path, { type }]) => type === "str" && path.startsWith(`${parameter}.`) && /^\w+\.\d+\.model$/.test(path))
    .map(([, { value }]) => value.trim());
  return new Set(models).size < models.length;
};

/**
 * What an author should know about the values of a parameter, beside what its rules say: texts of the catalogue's `composition.notes`.
 *
 * @param isAdded to what the message has.
 */
export const compositionNotes = (parameter: string, values: Values, isAdded: boolean): string[] => {
  const isIdentity = parameter === "pulid" || parameter === "acePlusPlus";
  return [
    ...(isIdentity && isAdded && lacksPicture(parameter, values) ? ["pictureElsewhere"] : []),
    ...(namesModelTwice(parameter, values) ? ["modelTwice"] : []),
  ];
};
