import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Translate } from "../editor/node-red";
import type { ModelFacts } from "../lib/models/model";
import { expandHtml } from "./expand-html";
import { parameterTable } from "./parameter-table";

type Texts = { [key: string]: string | Texts };

/** Where a node's translated help wants the list of its model's parameters. */
const tableMarker = "<!-- parameters -->";

/** Lists of properties with the class by which `editor/style.css` knows ours from those of other nodes' helps. */
const withOwnStyle = (help: string): string =>
  help.replaceAll('<dl class="message-properties">', '<dl class="message-properties fluxwire-properties">');

const readTexts = (file: string): Texts => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});

/** Texts that nodes have in common: each file holds those below the key that it is named after. */
export const readShared = (folder: string): Texts => {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return Object.fromEntries(files.map((file) => [basename(file, ".json"), readTexts(join(folder, file))]));
};

const merge = (base: Texts, over: Texts): Texts => {
  const merged: Texts = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = typeof below === "object" && typeof value === "object" ? merge(below, value) : value;
  }
  return merged;
};

/**
 * The names and helps of the parameters that a model has, with those of the objects and lists that they are in. For what
 * a translation does not have yet, Node-RED takes the English text.
 */
const parametersOf = (all: Texts, facts: ModelFacts, isTranslation: boolean): Texts => {
  const kept: Texts = {};
  for (const { path } of facts.leaves) {
    let from: Texts = all;
    let to = kept;
    for (const name of path.replaceAll("[]", "").split(".")) {
      const next = from[name];
      if (typeof next !== "object") {
        if (isTranslation) break;
        throw new Error(`the shared catalogue has no texts for the parameter ${path}`);
      }
      const branch = to[name];
      const copied: Texts = typeof branch === "object" ? branch : {};
      for (const key of ["label", "help", "choices"]) {
        const text = next[key];
        if (text !== undefined) copied[key] = text;
      }
      to[name] = copied;
      from = next;
      to = copied;
    }
  }
  return kept;
};

/** What the texts are about: parameters of a model, an account, objects in a store, pictures, or the editor's sidebar. */
export type Subject = ModelFacts | "account" | "storage" | "viewing" | "sidebar";

const below = (texts: Texts, key: string): Texts => {
  const found = texts[key];
  return typeof found === "object" ? found : {};
};

/**
 * Of the texts that nodes have in common, those that a node needs. The names and helps of parameters are by far the most,
 * and those of one model are nearly those of another: they are in the sidebar's catalogue only, where the dialogs look
 * for what their own does not have (`editor/wording.ts`).
 */
const sharedFor = (shared: Texts, subject: Subject): Texts => {
  const { account = {}, storage = {}, parameters = {}, ...others } = shared;
  if (subject === "account") return { account };
  const status = { error: below(below(others, "status"), "error") };
  if (subject === "sidebar") return { status, parameters };
  if (subject === "storage" || subject === "viewing") {
    const { dialog = {}, wiring = {} } = others;
    return subject === "viewing" ? { dialog, status } : { dialog, wiring, storage, status };
  }
  return others;
};

/** Looks up and fills in as the editor does: `a.b.c`, `__name__`; a missing text gives its key. */
export const translator =
  (texts: Texts): Translate =>
  (key, values = {}) => {
    let found: string | Texts | undefined = texts;
    for (const name of key.split(".")) found = typeof found === "object" ? found[name] : undefined;
    return typeof found === "string" ? found.replace(/__(\w+)__/g, (_all, name) => String(values[name] ?? "")) : key;
  };

const tableOf = (facts: ModelFacts, own: Texts, shared: Texts, isTranslation: boolean): string => {
  const parameters = parametersOf(below(shared, "parameters"), facts, isTranslation);
  return parameterTable(facts, translator(merge({ parameters }, own)));
};

/**
 * Writes each node's catalogue and help for every language under `source` to `target`, with what is shared among the
 * nodes merged in: Node-RED looks texts up per node. What a translation lacks, single texts and whole helps, Node-RED
 * takes from en-US.
 *
 * @param nodes every node type, with what it is about.
 * @throws Error when a parameter has no texts in en-US, or a help asks for a part that its language does not have.
 */
export const buildCatalogues = (source: string, target: string, nodes: ReadonlyMap<string, Subject>): void => {
  for (const language of readdirSync(source)) {
    const from = join(source, language);
    const to = join(target, language);
    mkdirSync(to, { recursive: true });
    const shared = readShared(join(from, "shared"));
    for (const [type, subject] of nodes) {
      const texts = merge(sharedFor(shared, subject), readTexts(join(from, `${type}.json`)));
      writeFileSync(join(to, `${type}.json`), JSON.stringify(texts));
      const help = join(from, `${type}.html`);
      if (!existsSync(help)) continue;
      const table = typeof subject === "string" ? "" : tableOf(subject, texts, shared, language !== "en-US");
      writeFileSync(
        join(to, `${type}.html`),
        withOwnStyle(
          expandHtml(readFileSync(help, "utf8"), join(from, "parts"), type).replace(tableMarker, () => table),
        ),
      );
    }
  }
};
