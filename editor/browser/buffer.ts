/*
 * What lib/models uses of Node's Buffer, for the browser: the build puts it in place of the global. A dialog holds texts,
 * so nothing is ever a Buffer here; only the beginning of a picture's base64 is decoded.
 */

/** Characters before the first one that base64 does not have, in whole groups of four. */
const readable = (text: string): string => {
  const [beginning = ""] = /^[A-Za-z0-9+/]*/.exec(text) ?? [];
  return beginning.slice(0, beginning.length - (beginning.length % 4));
};

export const Buffer = {
  isBuffer: (_value: unknown): boolean => false,
  from: (text: string, _encoding: "base64"): Uint8Array =>
    Uint8Array.from(atob(readable(text)), (character) => character.charCodeAt(0)),
};
