import { settablePatterns } from "./check";
import { element } from "./element";
import { type ParameterSection, sectionBlock } from "./form/section";
import type { FormState } from "./form/state";
import { unknownBlock } from "./form/unknown";
import { formTree } from "./form-tree";
import { advancedRows, resultRows, sourceRows } from "./inference-rows";
import { type EditorEndpoint, type EditorModel, endpointOf, models } from "./models";
import { type EditorNode, page } from "./node-red";
import { OpenSettings } from "./open-settings";
import { readParams, sameValues, writeParams } from "./params";
import { hideSettingsOfOthers } from "./preprocess";
import { readSaved, writeSaved } from "./saved-node";
import { composerLines } from "./wiring/composer-lines";

/** Sections that are open at first, because most flows set something in them. */
const openAtFirst: readonly string[] = ["prompt", "size", "sampling"];
const openAtFirstOfTool: readonly string[] = ["image", "features"];

/** An open dialog: what is in it now. */
interface OpenDialog {
  model: EditorModel;
  state: FormState;
  settings: OpenSettings;
}

const dialogs = new WeakMap<EditorNode, OpenDialog>();

/** Fills the dialog of an inference node; called as its `oneditprepare`. */
export const editInference = (node: EditorNode): void => {
  const host = document.querySelector(".fluxwire-form");
  const model = models[node.type];
  if (host === null || model === undefined) return;
  const t = node._def._;
  const saved = readSaved(node);
  const settings = new OpenSettings(saved);
  const folds = new Map<string, ParameterSection>();
  const state: FormState = {
    values: readParams(saved.params),
    filledElsewhere: model.imageParameter,
    t,
    changed: () => {
      for (const fold of folds.values()) fold.refresh();
      composers.refresh();
      hideNeedless();
    },
    drawn: () => hideNeedless(),
  };
  const composers = composerLines(node, settings, () => state.values);
  dialogs.set(node, { model, state, settings });

  const unknown = unknownBlock(settablePatterns(model.facts), state);
  const extras: Record<string, HTMLElement[]> = {
    output: resultRows(model, settings, t),
    advanced: [...advancedRows(settings, t), ...(unknown ? [unknown] : [])],
  };
  const sections = element("div", { class: "fluxwire-sections" });
  /** A section that a mode does not have opens as it was when another one has it again. */
  const wasOpen = new Map<string, boolean>();
  const openFirst = model.resultInto === undefined ? openAtFirst : openAtFirstOfTool;
  const draw = ({ facts }: EditorEndpoint): void => {
    for (const [group, fold] of folds) wasOpen.set(group, fold.isOpen());
    folds.clear();
    for (const row of Object.values(extras).flat()) row.remove();
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(sections).empty();
    for (const section of formTree(facts)) {
      const { group } = section;
      const extra = extras[group] ?? [];
      if (section.fields.length === 0 && extra.length === 0) continue;
      const fold = sectionBlock(section, wasOpen.get(group) ?? openFirst.includes(group), extra, state);
      folds.set(group, fold);
      sections.append(fold.element);
    }
  };
  const hideNeedless = (): void => {
    if (model.resultInto !== undefined) hideSettingsOfOthers(sections, state.values);
  };
  let shown = endpointOf(model, settings.read("mode"));
  draw(shown);
  hideNeedless();
  settings.watch(composers.refresh);
  settings.watch(() => {
    const chosen = endpointOf(model, settings.read("mode"));
    if (chosen === shown) return;
    shown = chosen;
    draw(shown);
  });
  host.replaceChildren(...sourceRows(model, settings, t), composers.element, sections);
};

/** Takes over what the author changed; called as `oneditsave`. */
export const saveInference = (node: EditorNode): void => {
  const dialog = dialogs.get(node);
  if (dialog === undefined) return;
  dialogs.delete(node);
  const { model, state, settings } = dialog;
  const changes = new Map(settings.changes);
  const isChanged = !sameValues(readParams(readSaved(node).params), state.values);
  if (isChanged) changes.set("params", writeParams(state.values, model.facts));
  writeSaved(node, changes);
};
