import { randomUUID } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Who opened a journal. */
export interface Identity {
  /** One per opened journal. */
  readonly instance: string;
  readonly pid: number;
  /** Where process ids mean the same: one boot of one machine and one pid namespace, as far as that can be told. */
  readonly machine: string;
}

export async function identify(): Promise<Identity> {
  return { instance: randomUUID(), pid: process.pid, machine: await machineName() };
}

async function machineName(): Promise<string> {
  try {
    const [boot, namespace] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readlink("/proc/self/ns/pid"),
    ]);
    return `${boot.trim()} ${namespace}`;
  } catch {
    return hostname();
  }
}

const OPEN_HERE = Symbol.for("node-red-flux:open-journals");

/** Instances in this process, also those of another copy of this pack. */
export const openHere = (): Set<string> => {
  const shared = globalThis as { [OPEN_HERE]?: Set<string> };
  shared[OPEN_HERE] ??= new Set();
  return shared[OPEN_HERE];
};

/** Whether that process has ended for certain: a process id alone proves nothing, since ids come again. */
export function isGone(other: Identity, me: Identity): boolean {
  if (other.machine !== me.machine) return false;
  if (other.pid === me.pid) return !openHere().has(other.instance);
  try {
    process.kill(other.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
