/** What lib/models uses of Node's `util`, for the browser: the build puts it in its place. */

export const isUint8Array = (value: unknown): boolean => value instanceof Uint8Array;

/** For plain data, which is all that a dialog holds. */
export const isDeepStrictEqual = (left: unknown, right: unknown): boolean => {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  const names = Object.keys(left);
  return (
    Array.isArray(left) === Array.isArray(right) &&
    names.length === Object.keys(right).length &&
    names.every(
      (name) => Object.hasOwn(right, name) && isDeepStrictEqual(Reflect.get(left, name), Reflect.get(right, name)),
    )
  );
};
