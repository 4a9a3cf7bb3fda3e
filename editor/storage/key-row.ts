import type { KeyUse } from "../../lib/storage/key-template";
import { button, element } from "../element";
import type { Translate, Typed } from "../node-red";
import type { OpenSettings } from "../open-settings";
import { asTyped } from "../saved-node";
import { sourceRow, sourceTypes } from "../setting-rows";
import { isVariable } from "../variable";
import { keyPreview, templateReason, usableFields } from "./key-preview";

/** A row for an object's key: a template with what it becomes and the fields that it may have, or a place elsewhere. */
export interface KeyRow {
  element: HTMLElement;
  /** Brings the preview and the fields up to date with what the key is for. */
  refresh(): void;
}

/** @param use what the key is for at this moment. */
export const keyRow = (preset: Typed, use: () => KeyUse, settings: OpenSettings, t: Translate): KeyRow => {
  const template = {
    value: "str",
    label: t("storage.keyTemplate"),
    icon: "red/images/typedInput/az.svg",
    validate: (value: string) => templateReason(value, use(), t) ?? true,
  };
  const made = sourceRow("key", "storage.key", preset, [template, ...sourceTypes], "", settings, t);
  const preview = element("div", { class: "fluxwire-preview", role: "status" });
  const fields = element("div", { class: "fluxwire-fields" });
  made.querySelector(".fluxwire-cell")?.append(preview, fields);
  const typing = (): HTMLInputElement | null => made.querySelector("input.red-ui-typedInput-input");
  const current = (): Typed => asTyped(settings.read("key")) ?? preset;

  const show = (text: string): void => {
    const reason = templateReason(text, use(), t);
    preview.classList.toggle("fluxwire-bad", reason !== undefined);
    if (reason !== undefined || isVariable(text)) {
      preview.textContent = reason ?? "";
      return;
    }
    const { key, isOpen, isCut } = keyPreview(text, use(), new Date());
    const remark = isCut ? t("storage.previewCut") : isOpen ? t("storage.previewOpen") : "";
    const lead = t(use() === "direct" ? "storage.previewDirect" : "storage.preview");
    preview.replaceChildren(lead, " ", element("code", {}, key), remark === "" ? "" : ` ${remark}`);
  };

  const insert = (field: string): void => {
    const input = typing();
    if (input === null) return;
    const end = input.value.length;
    input.setRangeText(field, input.selectionStart ?? end, input.selectionEnd ?? end, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  };
  const fieldButton = (field: string, insertion = field): HTMLElement => {
    const made = button(`{${field}}`, "", () => insert(`{${insertion}}`));
    made.title = t(`storage.fields.${field === "msg. ..." ? "msg" : field}`);
    return made;
  };

  let offered = "";
  const refresh = (): void => {
    const { type, value } = current();
    const isTemplate = type === "str";
    preview.hidden = !isTemplate;
    fields.hidden = !isTemplate;
    if (!isTemplate) return;
    show(value);
    if (offered === use()) return;
    offered = use();
    fields.replaceChildren(
      ...usableFields(use()).map((field) => fieldButton(field)),
      fieldButton("msg. ...", "msg.topic"),
    );
  };
  // While somebody types; the setting itself changes when the field is left.
  made.addEventListener("input", () => {
    const input = typing();
    if (input !== null && current().type === "str") show(input.value);
  });
  refresh();
  return { element: made, refresh };
};
