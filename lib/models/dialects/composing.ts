import type { Dialect } from "./dialect";
import { runware } from "./runware";

/** Runware's parameters while they are put together. Nothing travels: every picture that is here is only looked at. */
export const composing: Dialect = {
  ...runware,
  inputPictures: { ...runware.inputPictures, largestInside: 0 },
};
