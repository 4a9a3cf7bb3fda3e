import { PREVIEW_RANGES, PREVIEW_SIZES } from "../../lib/node-red/preview/ranges";
import type { EditorNode } from "../node-red";
import { OpenSettings } from "../open-settings";
import { readSaved, writeSaved } from "../saved-node";
import { checkboxRow, propertyRow, selectRow, textRow } from "../setting-rows";
import { isRightPreview } from "./check";
import { lastPictures } from "./last-pictures";

const dialogs = new WeakMap<EditorNode, OpenSettings>();

/** Fills the dialog of a preview node; called as its `oneditprepare`. */
export const editPreview = (node: EditorNode): void => {
  const host = document.querySelector(".fluxwire-form");
  if (host === null) return;
  const t = node._def._;
  const settings = new OpenSettings(readSaved(node));
  dialogs.set(node, settings);
  const isRight = (property: string) => (text: string) => isRightPreview(property, text);
  const count = { placeholder: String(PREVIEW_RANGES.count.default), isRight: isRight("count") };
  const hosts = { hint: t("preview.allowedHostsHint"), isRight: isRight("allowedHosts") };
  host.replaceChildren(
    propertyRow("source", "preview.source", "payload", settings, t),
    textRow("count", "preview.count", count, settings, t),
    selectRow("size", "preview.sizes", PREVIEW_SIZES.map(String), settings, t, "preview.choices"),
    checkboxRow("show", "preview.show", true, settings, t),
    textRow("allowedHosts", "preview.allowedHosts", hosts, settings, t),
    lastPictures(node),
  );
};

/** Takes over what the author changed; called as `oneditsave`. */
export const savePreview = (node: EditorNode): void => {
  const settings = dialogs.get(node);
  if (settings === undefined) return;
  dialogs.delete(node);
  writeSaved(node, settings.changes);
};
