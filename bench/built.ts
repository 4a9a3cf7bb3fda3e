import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";

const repository = resolve(__dirname, "..");
const output = join(repository, "node_modules/.cache/bench");
let isBuilt = false;

const sources = (): string[] =>
  readdirSync(join(repository, "lib"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|js)$/.test(file) && !file.endsWith(".d.ts"))
    .map((file) => join(repository, "lib", file));

/**
 * Builds `lib/` as the product runs it. What runs from the sources is slower: there, each function that is made is given
 * its name by a call. It takes more memory as well: that of translating them.
 *
 * @returns the folder that stands for the repository.
 */
export function buildLib(): string {
  if (!isBuilt) {
    buildSync({
      entryPoints: sources(),
      outdir: output,
      outbase: repository,
      platform: "node",
      format: "cjs",
      target: "node20",
    });
    isBuilt = true;
  }
  return output;
}

/**
 * A module of `lib/` as the product runs it.
 * @param path from the repository, without its ending.
 */
export const built = <Module>(path: string): Module => require(join(buildLib(), path));
