/**
 * An own member of something that is not ours. Nothing of it is called: what is computed on access is undefined, and so is
 * everything of a proxy that throws.
 */
export const peek = (owner: unknown, name: string | number): unknown => {
  if (typeof owner !== "object" || owner === null) return undefined;
  try {
    return Object.getOwnPropertyDescriptor(owner, name)?.value;
  } catch {
    return undefined;
  }
};
