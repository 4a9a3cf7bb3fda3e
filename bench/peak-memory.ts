import { readFileSync } from "node:fs";

/**
 * MB of memory that this process has had at its worst. Linux counts `maxRSS` from before the program was started: it has
 * the memory of whoever started it in it, which is why it is not asked there.
 */
export function peakMemory(): number {
  const kilobytes =
    process.platform === "linux"
      ? Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1])
      : process.resourceUsage().maxRSS;
  return (kilobytes * 1024) / 1e6;
}
