import type { Group } from "../lib/models/model";
import { problemsInSections } from "./checking/in-sections";
import { inferenceProblems } from "./checking/inference-problems";
import { element } from "./element";
import { estimateLine } from "./estimate/line";
import { formSections } from "./form/sections";
import type { FormState } from "./form/state";
import { unknownBlock } from "./form/unknown";
import { usualSizesOf } from "./form/usual-sizes";
import { settablePatterns } from "./form-tree";
import { advancedRows, resultRows, sourceRows } from "./inference-rows";
import { jsonPanel } from "./json/panel";
import { type EditorModel, endpointOf, models } from "./models";
import { type EditorNode, page } from "./node-red";
import { OpenSettings } from "./open-settings";
import { readParams, sameValues, writeParams } from "./params";
import { hideSettingsOfOthers } from "./preprocess";
import { readSaved, writeSaved } from "./saved-node";
import { composerLines } from "./wiring/composer-lines";

/** Sections that are open at first, because most flows set something in them. */
const openAtFirst: readonly Group[] = ["prompt", "size", "sampling"];
const openAtFirstOfTool: readonly Group[] = ["image", "features"];

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
  const state: FormState = {
    values: readParams(saved.params),
    filledElsewhere: model.imageParameter,
    usualSizes: usualSizesOf(node.type),
    t,
    changed: () => {
      sections.refresh();
      composers.refresh();
      cost.refresh();
      hideNeedless();
      problems.refresh();
      json.refresh();
    },
    drawn: () => {
      hideNeedless();
      problems.refresh();
    },
  };
  const composers = composerLines(node, settings, () => state.values);
  const cost = estimateLine(node, settings, () => state.values);
  dialogs.set(node, { model, state, settings });

  const unknown = unknownBlock(settablePatterns(model.facts), state);
  const extras = {
    output: resultRows(model, settings, t),
    advanced: [...advancedRows(settings, t), ...(unknown ? [unknown] : [])],
  };
  const sections = formSections(model.resultInto === undefined ? openAtFirst : openAtFirstOfTool, extras, state);
  const hideNeedless = (): void => {
    if (model.resultInto !== undefined) hideSettingsOfOthers(sections.element, state.values);
  };
  const problems = problemsInSections(
    host,
    sections,
    model,
    () => inferenceProblems(model.runs, state.values, (property) => settings.read(property)),
    t,
  );
  let sources = sourceRows(model, settings, t);
  const redrawSources = (): void => {
    // jQuery takes the typed inputs' menus away too.
    for (const row of sources) page.$(row).empty();
    const [first, ...others] = sources;
    for (const row of others) row.remove();
    sources = sourceRows(model, settings, t);
    first?.replaceWith(...sources);
  };
  const json = jsonPanel({
    model: model.runs,
    values: () => state.values,
    setting: (property) => settings.read(property),
    t,
    apply: (taken) => {
      state.values = taken.values;
      for (const [property, value] of taken.settings) settings.change(property, value);
      redrawSources();
      shown = endpointOf(model, settings.read("mode"));
      sections.draw(shown.facts);
      state.changed();
    },
  });
  let shown = endpointOf(model, settings.read("mode"));
  sections.draw(shown.facts);
  hideNeedless();
  settings.watch(composers.refresh);
  settings.watch(problems.refresh);
  settings.watch(json.refresh);
  settings.watch(() => {
    const chosen = endpointOf(model, settings.read("mode"));
    if (chosen === shown) return;
    shown = chosen;
    sections.draw(shown.facts);
  });
  host.replaceChildren(
    problems.element,
    ...sources,
    composers.element,
    element("div", { class: "fluxwire-tools" }, sections.filter, json.button),
    json.element,
    sections.element,
    cost.element,
  );
  problems.show();
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
