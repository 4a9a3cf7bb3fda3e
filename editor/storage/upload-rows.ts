import { CANNED_ACLS, STORAGE_CLASSES } from "../../lib/storage/s3-facts";
import { areHosts, areTags, ENCRYPTIONS, LINKS, UPLOAD_MODES } from "./check";
import type { RowMaker } from "./row-maker";
import type { StorageRows } from "./storage-rows";

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
        rows: [choice("link", LINKS), number("linkLife"), box("sidecar"), box("provenance"), box("neverOverwrite")],
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
