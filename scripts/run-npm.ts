import { spawnSync } from "node:child_process";
import { delimiter, dirname } from "node:path";

interface NpmOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The Node.js that npm and everything it starts run on; this process's own unless told. */
  node?: string;
}

/** Runs npm with its output on ours and returns its exit status; a death by signal counts as 1. */
export const runNpm = (args: readonly string[], { cwd, env, node = process.execPath }: NpmOptions = {}): number => {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`;
  const npm = process.env.npm_execpath;
  const options = {
    cwd,
    env: { ...process.env, ...env, PATH: path },
    stdio: ["ignore", "inherit", "inherit"] as const,
  };
  const ended =
    npm === undefined
      ? spawnSync("npm", args, { ...options, stdio: [...options.stdio], shell: process.platform === "win32" })
      : spawnSync(node, [npm, ...args], { ...options, stdio: [...options.stdio] });
  if (ended.error) throw ended.error;
  return ended.status ?? 1;
};
