import { writtenPicture } from "./formats";
import type { Leaf } from "./model";

/** What to do with a text that is nearly a picture, to follow the forms that a picture may have. */
export const formHint = (value: unknown, { kind }: Leaf): string => {
  if (typeof value !== "string") return "";
  if (kind === "image" && writtenPicture(value) !== undefined)
    return "; this is a picture's base64, which must come without line breaks or spaces";
  return "";
};
