import type { KeyUse } from "../../lib/storage/key-template";
import { isVariable } from "../variable";

/** A setting as text. */
export type ReadText = (property: string) => string;

/** Whether a setting has this value, or may have it: what the environment holds is not known here. */
const maybe = (value: string, read: ReadText, property: string): boolean =>
  read(property) === value || isVariable(read(property));

const whileUploading = (read: ReadText): boolean => maybe("upload", read, "mode");
const whilePutting = (read: ReadText): boolean => maybe("put", read, "method");
const whileLinking = (read: ReadText): boolean => read("method") !== "put";

/** When a setting has an effect; those that are not named here always have. */
const WHEN: Readonly<Record<string, Readonly<Record<string, (read: ReadText) => boolean>>>> = {
  "flux-s3-upload": {
    source: whileUploading,
    key: whileUploading,
    cacheControl: whileUploading,
    storageClass: whileUploading,
    acl: whileUploading,
    encryption: whileUploading,
    kmsKey: (read) => whileUploading(read) && maybe("kms", read, "encryption"),
    tags: whileUploading,
    metadata: whileUploading,
    promptInMetadata: whileUploading,
    provenance: whileUploading,
    neverOverwrite: whileUploading,
    linkLife: (read) => maybe("signed", read, "link"),
    concurrency: whileUploading,
    maxMegabytes: whileUploading,
    allowedHosts: whileUploading,
  },
  "flux-s3-presign": {
    putInto: whilePutting,
    key: whilePutting,
    object: whileLinking,
    checkExists: whileLinking,
    into: (read) => whileLinking(read) || maybe("property", read, "putInto"),
  },
};

/** Whether a setting has any effect, the others being as they are. */
export const hasEffect = (type: string, property: string, read: ReadText): boolean =>
  WHEN[type]?.[property]?.(read) ?? true;

/** What the key of a node is for. */
export const keyUse = (type: string, read: ReadText): KeyUse => {
  if (type === "flux-s3-upload") return "upload";
  return maybe("flux", read, "putInto") ? "direct" : "address";
};
