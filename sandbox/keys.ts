import { createHash } from "node:crypto";

/** Whether the sandbox takes this key: any will do, except those that begin with "bad". */
export const isGoodKey = (key: string): boolean => key !== "" && !key.startsWith("bad");

/** What the sandbox keeps of a key, to tell one owner's jobs from another's. */
export const fingerprint = (key: string): string => createHash("sha256").update(key).digest("hex").slice(0, 16);
