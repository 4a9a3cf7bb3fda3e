import { element } from "../element";
import { type Fold, foldingBlock } from "../form/fold";
import type { EditorNode } from "../node-red";
import { OpenSettings } from "../open-settings";
import { readSaved, writeSaved } from "../saved-node";
import { destinationLines } from "../wiring/destination-lines";
import { hasEffect } from "./effect";
import { presignRows } from "./presign-rows";
import { isSet, textOf } from "./read-setting";
import { rowMaker } from "./row-maker";
import type { StorageRows } from "./storage-rows";
import { uploadRows } from "./upload-rows";

const dialogs = new WeakMap<EditorNode, OpenSettings>();

const propertyOf = ({ dataset }: HTMLElement): string => dataset.property ?? "";

/** Fills the dialog of a storage node; called as its `oneditprepare`. */
export const editStorage = (node: EditorNode): void => {
  const host = document.querySelector(".fluxwire-form");
  if (host === null) return;
  const t = node._def._;
  const settings = new OpenSettings(readSaved(node));
  dialogs.set(node, settings);
  const read = (property: string): unknown => settings.read(property);
  const readText = (property: string): string => textOf(node, read, property);
  const maker = rowMaker(node, settings, readText, t);
  const rows: StorageRows = node.type === "flux-s3-presign" ? presignRows(maker) : uploadRows(maker);
  const destinations = destinationLines(node, settings);

  const sections = rows.sections.map(({ group, rows: inside }) => {
    const fold = foldingBlock(group, t(`storage.headings.${group}`), element("div", {}, ...inside), false);
    return { fold, inside };
  });
  const countSet = (fold: Fold, inside: readonly HTMLElement[]): void => {
    const set = inside.filter((row) => !row.hidden && isSet(node, read, propertyOf(row))).length;
    fold.remark(set === 0 ? "" : t("dialog.countSet", { count: set }));
  };
  const refresh = (): void => {
    for (const row of [...rows.first, ...sections.flatMap(({ inside }) => inside)]) {
      row.hidden = !hasEffect(node.type, propertyOf(row), readText);
    }
    for (const { fold, inside } of sections) {
      fold.element.hidden = inside.every(({ hidden }) => hidden);
      countSet(fold, inside);
    }
    rows.refresh();
    destinations.refresh();
  };
  refresh();
  settings.watch(refresh);
  const folds = sections.map(({ fold }) => fold.element);
  host.replaceChildren(
    destinations.element,
    ...rows.first,
    ...(folds.length > 0 ? [element("div", { class: "fluxwire-sections" }, ...folds)] : []),
  );
};

/** Takes over what the author changed; called as `oneditsave`. */
export const saveStorage = (node: EditorNode): void => {
  const settings = dialogs.get(node);
  if (settings === undefined) return;
  dialogs.delete(node);
  writeSaved(node, settings.changes);
};
