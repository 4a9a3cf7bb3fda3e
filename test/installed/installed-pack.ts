import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { devDependencies } from "../../package.json";
import { type Installed, installPack, repository } from "../support/install-pack";

export { type Installed, repository };

export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

let installed: Promise<Installed> | undefined;

/**
 * Packs and installs once for all files of a test run, with the optional image encoder beside it. The first hook that asks
 * waits for npm, whatever its suite's time is.
 */
export const installedPack = (hook: Mocha.Context): Promise<Installed> => {
  hook.timeout(120_000);
  installed ??= installPack({ flags: [`sharp@${devDependencies.sharp}`] });
  return installed;
};

/** The flows of all shipped examples, by their path below `examples` without `.json`, as the import dialog shows them. */
export const readExamples = async (packDirectory: string): Promise<Map<string, FlowNode[]>> => {
  const folder = join(packDirectory, "examples");
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".json")).sort();
  const flows = files.map(
    async (file): Promise<[string, FlowNode[]]> => [
      file.replace(/\.json$/, "").replaceAll(sep, "/"),
      JSON.parse(await readFile(join(folder, file), "utf8")),
    ],
  );
  return new Map(await Promise.all(flows));
};

after(async () => (await installed)?.remove());
