import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Socket } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { CephPlace } from "./ceph-place";

const PROGRAMS = ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "osdmaptool"];

const isInstalled = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const missing = PROGRAMS.filter((program) => !isInstalled(program));

/** Why there is no Ceph gateway on this machine; undefined: there can be one. */
export const noCeph: string | undefined =
  missing.length === 0
    ? undefined
    : `no ${missing.join(", ")}; on Debian: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd`;

let started: Promise<CephPlace> | undefined;

/**
 * The Ceph gateway of this test run, started when it is first asked for. It ends with this process, whether that ends
 * well or is killed.
 */
export const cephGateway = (): Promise<CephPlace> => (started ??= start());

async function start(): Promise<CephPlace> {
  // A process group of its own: what kills the group of a test run must not kill whoever cleans up after it.
  const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "ceph-process.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  child.on("error", () => {});
  try {
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as CephPlace;
    throw new Error("The Ceph gateway ended before it said where it is.");
  } finally {
    // From here on it keeps nobody waiting. Its input stays open as long as this process lives.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as Socket).unref();
  }
}
