import { createHash } from "node:crypto";

/** Characters that some file system does not take in a name, and the one that stands before what replaces them. */
const unsafe = /[\p{Cc}<>:"\\|?*%]/gu;

/** Most file systems take 255 bytes in a name and some of them 260 characters in a path. */
const longestName = 120;
const longestPath = 200;

/**
 * Where an object's file lies below its bucket's folder, so that a human finds it: like its key, wherever that can be a
 * path. Different keys have different paths, and none leads out of the folder.
 */
export function readablePath(key: string): string {
  const path = key.split("/").map(readableName).join("/");
  return path.length > longestPath ? sparePath(key) : path;
}

/** Where an object's file lies when its readable path is taken or too long. No readable path looks like this. */
export const sparePath = (key: string): string => `%spare/${digest(key)}${/\.\w{1,8}$/.exec(key)?.[0] ?? ""}`;

function readableName(name: string): string {
  if (name === "") return "%empty";
  const safe = name
    .replace(unsafe, (character) => percent(character))
    // No system takes these as they are: the way up, and on Windows dots and spaces at the end, and devices' names.
    .replace(/^\.{1,2}$|[. ]$/, (ending) => [...ending].map(percent).join(""))
    .replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, (device) => percent(device.charAt(0)) + device.slice(1));
  return Buffer.byteLength(safe) > longestName ? `${safe.slice(0, 20)}%x${digest(name)}` : safe;
}

/** In upper case: our own words behind a per cent sign are in lower case. */
const percent = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
