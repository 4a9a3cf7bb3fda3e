import { httpUrl, image, writtenPicture } from "../formats";
import type { Leaf } from "../model";

/** Not `URL.canParse`: once Node 20 has compiled it, it refuses hosts with letters such as ü. */
const isAddress = (text: string): boolean => {
  try {
    new URL(text);
    return true;
  } catch {
    return false;
  }
};

/** What to do with a text that is nearly a picture or an address, to follow the forms that the parameter takes. */
export const formHint = (value: unknown, { kind }: Leaf): string => {
  if (typeof value !== "string" || (kind !== "image" && kind !== "url")) return "";
  if (kind === "image" && writtenPicture(value) !== undefined)
    return "; this is a picture's base64, which must come without line breaks or spaces";
  const trimmed = value.trim();
  if (trimmed !== value && (kind === "image" ? image : httpUrl)(trimmed))
    return "; leave out the white space around it";
  if (/^https?:/i.test(trimmed) && !httpUrl(trimmed) && isAddress(trimmed))
    return "; percent-encode spaces and all letters beyond a to z in this URL (a space is %20)";
  return "";
};
