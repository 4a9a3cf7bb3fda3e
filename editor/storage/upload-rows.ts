import { areHosts, areTags, ENCRYPTIONS, LINKS, UPLOAD_MODES } from "./check";
import type { RowMaker } from "./row-maker";
import type { StorageRows } from "./storage-rows";

/** AWS's storage classes; other stores have names of their own. */
const STORAGE_CLASSES = [
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
  "REDUCED_REDUNDANCY",
] as const;

/** The canned ACLs of S3. */
const CANNED_ACLS = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
] as const;

const CACHE_CONTROLS = ["public, max-age=31536000, immutable", "private, max-age=3600", "no-cache"] as const;

/** The settings of an upload node. */
export const uploadRows = ({ choice, box, number, text, source, key }: RowMaker): StorageRows => {
  const keyRow = key();
  return {
    first: [choice("mode", UPLOAD_MODES), source("source"), keyRow.element],
    sections: [
      {
        group: "object",
        rows: [
          text("cacheControl", { usual: CACHE_CONTROLS }),
          text("storageClass", { usual: STORAGE_CLASSES }),
          text("acl", { usual: CANNED_ACLS }),
          choice("encryption", ENCRYPTIONS),
          text("kmsKey"),
          text("tags", { isLong: true, isRight: areTags }),
          box("metadata"),
          box("promptInMetadata"),
        ],
      },
      {
        group: "result",
        rows: [choice("link", LINKS), number("linkLife"), box("sidecar"), box("neverOverwrite")],
      },
      {
        group: "behaviour",
        rows: [
          number("concurrency"),
          number("timeout"),
          number("maxMegabytes"),
          text("allowedHosts", { isRight: areHosts }),
        ],
      },
    ],
    refresh: keyRow.refresh,
  };
};
