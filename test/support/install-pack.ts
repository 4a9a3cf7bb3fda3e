import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const repository = resolve(__dirname, "../..");

/** A user directory of Node-RED into which the packed pack has been installed with npm. */
export interface Installed {
  userDir: string;
  /** Where npm put the pack. */
  packDirectory: string;
  tarball: string;
  remove(): Promise<void>;
}

export interface InstallOptions {
  /** Node.js to run npm with; this process's own unless told. */
  node?: string;
  /** Given to `npm install`. */
  flags?: readonly string[];
}

/**
 * Packs what the last build made, and installs the tarball into a new user directory.
 * @throws Error with npm's output when it fails.
 */
export async function installPack({ node = process.execPath, flags = [] }: InstallOptions = {}): Promise<Installed> {
  const npm = async (...args: string[]): Promise<void> => {
    const isWindows = process.platform === "win32";
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
    await run(isWindows ? "npm.cmd" : "npm", [...args, "--no-audit", "--no-fund"], { shell: isWindows, env });
  };
  const userDir = await mkdtemp(join(tmpdir(), "flux-installed-"));
  // `npm test` has just built it; building again would pull dist/ from under other tests.
  await npm("pack", repository, "--ignore-scripts", "--pack-destination", userDir);
  const name = (await readdir(userDir)).find((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Error(`npm packed nothing into ${userDir}`);
  const tarball = join(userDir, name);
  await writeFile(join(userDir, "package.json"), '{ "private": true }');
  await npm("install", "--prefer-offline", "--prefix", userDir, tarball, ...flags);
  return {
    userDir,
    packDirectory: join(userDir, "node_modules/@fluxwire/node-red-flux"),
    tarball,
    remove: () => rm(userDir, { recursive: true, force: true }),
  };
}
