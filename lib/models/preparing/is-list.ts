/** Whether a value that is not ours is a list. A revoked proxy, at which `Array.isArray` throws, is none. */
export const isList = (value: unknown): value is readonly unknown[] => {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
};
