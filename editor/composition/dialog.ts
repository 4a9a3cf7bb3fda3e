import type { Composition } from "../../lib/models/composition/composition";
import { compositionProblems } from "../checking/composition-problems";
import { liveProblems } from "../checking/live";
import { element } from "../element";
import { fieldRows } from "../form/rows";
import { sourceOfAll } from "../form/source-of-all";
import type { FormState } from "../form/state";
import { unknownBlock } from "../form/unknown";
import { formTree, settablePatterns } from "../form-tree";
import { compositions } from "../models";
import { type EditorNode, page } from "../node-red";
import { OpenSettings } from "../open-settings";
import { readParams, sameValues, writeParams } from "../params";
import { showHint } from "../row";
import { readSaved, writeSaved } from "../saved-node";
import { selectRow } from "../setting-rows";
import { destinationLines } from "../wiring/destination-lines";
import { helpOf } from "../wording";
import { masksAreNeedless } from "./identity";
import { compositionNotes } from "./notes";
import { composedParameter, factsOf } from "./parameter";

const modes = ["add", "replace", "clear"] as const;

/** An open dialog: what is in it now. */
interface OpenDialog {
  composition: Composition;
  state: FormState;
  settings: OpenSettings;
}

const dialogs = new WeakMap<EditorNode, OpenDialog>();

/** Fills the dialog of a composition node; called as its `oneditprepare`. */
export const editComposition = (node: EditorNode): void => {
  const host = document.querySelector(".fluxwire-form");
  const composition = compositions[node.type];
  if (host === null || composition === undefined) return;
  const t = node._def._;
  const saved = readSaved(node);
  const settings = new OpenSettings(saved);
  const { facts, parameters } = composition;
  const chosen = (): string => composedParameter(composition, settings.read("method"));

  const entries = element("div", { class: "fluxwire-entries" });
  const notes = element("div", { class: "fluxwire-notes" });
  const refresh = (): void => {
    entries.hidden = settings.read("mode") === "clear";
    const isAdded = settings.read("mode") !== "replace";
    const keys = entries.hidden ? [] : compositionNotes(chosen(), state.values, isAdded);
    notes.replaceChildren(...keys.map((key) => element("div", { class: "form-tips" }, t(`composition.notes.${key}`))));
    const masks = entries.querySelector<HTMLElement>('[data-parameter^="acePlusPlus.masks"]');
    if (masks !== null) masks.hidden = masksAreNeedless(state.values);
    problems.refresh();
  };
  const state: FormState = {
    values: readParams(saved.params),
    t,
    startsLists: true,
    withSource: parameters,
    changed: refresh,
    drawn: refresh,
  };
  const problems = liveProblems({
    host,
    t,
    find: () => compositionProblems(composition, state.values, (property) => settings.read(property)),
  });
  dialogs.set(node, { composition, state, settings });

  const draw = (parameter: string): void => {
    const fields = formTree(factsOf(parameter, facts)).flatMap((section) => section.fields);
    const isList = facts.lists.some(({ path }) => path === parameter);
    const own = element("div", isList ? {} : { class: "fluxwire-element" });
    const drawOwn = (): void => {
      page.$(own).empty();
      own.append(...fieldRows(fields, "", state));
    };
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(entries).empty();
    drawOwn();
    entries.append(sourceOfAll(parameter, isList ? "composition.from" : "dialog.whole", [own], drawOwn, state), own);
    refresh();
  };
  const modeRow = selectRow("mode", "composition.mode", modes, settings, t, "composition.modes");
  const methodRow = selectRow("method", "composition.method", parameters, settings, t, "composition.methods");
  const unknown = unknownBlock(settablePatterns(facts), state);
  const destinations = destinationLines(node, settings);
  settings.watch(destinations.refresh);
  host.replaceChildren(
    destinations.element,
    problems.element,
    modeRow,
    ...(parameters.length > 1 ? [methodRow] : []),
    entries,
    notes,
    ...(unknown ? [unknown] : []),
  );
  let shown = "";
  const followSettings = (): void => {
    showHint(methodRow, helpOf(chosen(), t));
    if (chosen() !== shown) draw(chosen());
    else refresh();
    shown = chosen();
  };
  followSettings();
  settings.watch(followSettings);
  problems.show();
};

/** Takes over what the author changed; called as `oneditsave`. */
export const saveComposition = (node: EditorNode): void => {
  const dialog = dialogs.get(node);
  if (dialog === undefined) return;
  dialogs.delete(node);
  const { composition, state, settings } = dialog;
  const changes = new Map(settings.changes);
  const isChanged = !sameValues(readParams(readSaved(node).params), state.values);
  if (isChanged) changes.set("params", writeParams(state.values, composition.facts));
  writeSaved(node, changes);
};
