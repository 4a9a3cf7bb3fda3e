import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Composition } from "../lib/models/composition/composition";
import type { ModelFacts, NodeModel } from "../lib/models/model";
import { nodeFacts } from "../lib/models/node-facts";
import { buildCatalogues, type Subject } from "./build-catalogues";
import { buildEditor } from "./build-editor";
import { buildPack } from "./build-pack";
import { expandHtml } from "./expand-html";

const repository = resolve(__dirname, "..");
const inRepository = (...names: string[]): string => join(repository, ...names);

const run = (...command: string[]): void => {
  execFileSync(process.execPath, command, { cwd: repository, stdio: "inherit" });
};

/** Writes what a folder has for the editor's page to `dist/`. @returns each file's name without its ending, and its text. */
const buildHtml = (folder: string): [name: string, html: string][] => {
  mkdirSync(inRepository("dist", folder), { recursive: true });
  return readdirSync(inRepository(folder))
    .filter((file) => file.endsWith(".html"))
    .map((file) => {
      const name = basename(file, ".html");
      const html = expandHtml(readFileSync(inRepository(folder, file), "utf8"), inRepository("editor/html"), name);
      writeFileSync(inRepository("dist", folder, file), html);
      return [name, html];
    });
};

/** What a node without parameters of its own is about. */
const subjectOf = (type: string, html: string): Subject => {
  if (html.includes("category: 'config'")) return "account";
  return type === "flux-preview" ? "viewing" : "storage";
};

const build = async (): Promise<void> => {
  for (const folder of ["dist", "resources"]) rmSync(inRepository(folder), { recursive: true, force: true });
  run("--import", "tsx", "scripts/generate.ts");

  // Generated a moment ago, so not to be loaded any earlier.
  const { nodeModels }: { nodeModels: readonly NodeModel[] } = await import("../lib/models/catalogue.js");
  const { compositions }: { compositions: readonly Composition[] } = await import(
    "../lib/models/composition/catalogue.js"
  );
  await buildEditor(repository);

  const facts = new Map<string, ModelFacts>([
    ...nodeModels.map((model): [string, ModelFacts] => [model.type, nodeFacts(model)]),
    ...compositions.map((composition): [string, ModelFacts] => [composition.type, composition.facts]),
  ]);

  const subjects = new Map<string, Subject>();
  for (const [type, html] of buildHtml("nodes")) {
    subjects.set(type, facts.get(type) ?? subjectOf(type, html));
  }
  cpSync(inRepository("icons"), inRepository("dist/nodes/icons"), { recursive: true });
  buildCatalogues(inRepository("locales"), inRepository("dist/nodes/locales"), subjects);
  const plugins = buildHtml("plugins").map(([name]): [string, Subject] => [name, "sidebar"]);
  buildCatalogues(inRepository("locales"), inRepository("dist/plugins/locales"), new Map(plugins));

  run("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
  await buildPack(repository);
};

build().catch((error: unknown) => {
  // The compiler has already said what is wrong.
  if (!(error instanceof Error && "status" in error)) console.error(error);
  process.exitCode = 1;
});
