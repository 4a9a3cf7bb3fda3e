import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const repository = resolve(__dirname, "../..");

export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** A user directory of Node-RED into which the packed pack has been installed with npm. */
export interface Installed {
  userDir: string;
  /** Where npm put the pack. */
  packDirectory: string;
}

const npm = async (...args: string[]): Promise<string> => {
  const program = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout } = await run(program, [...args, "--no-audit", "--no-fund"], { shell: process.platform === "win32" });
  return stdout;
};

const install = async (): Promise<Installed> => {
  const userDir = await mkdtemp(join(tmpdir(), "flux-installed-"));
  // `npm test` has just built it; building again would pull dist/ from under other tests.
  await npm("pack", repository, "--ignore-scripts", "--pack-destination", userDir);
  const [tarball] = (await readdir(userDir)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(userDir, "package.json"), '{ "private": true }');
  await npm("install", "--prefer-offline", "--prefix", userDir, join(userDir, String(tarball)));
  return { userDir, packDirectory: join(userDir, "node_modules/@fluxwire/node-red-flux") };
};

let installed: Promise<Installed> | undefined;

/** Packs and installs once for all files of a test run. The first hook that asks waits for npm, whatever its suite's time is. */
export const installedPack = (hook: Mocha.Context): Promise<Installed> => {
  hook.timeout(120_000);
  installed ??= install();
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

after(async () => {
  if (installed === undefined) return;
  const { userDir } = await installed;
  await rm(userDir, { recursive: true, force: true });
});
