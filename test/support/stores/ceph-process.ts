import { once } from "node:events";
import { startCephCluster } from "./ceph-cluster";

/**
 * A process that runs a Ceph gateway, says where on its first line, and ends it when its own input ends: that happens
 * however the process dies that started this one.
 */
async function main(): Promise<void> {
  const inputEnds = new AbortController();
  process.stdin.on("close", () => inputEnds.abort()).resume();
  // Whoever would read it may be gone.
  process.stdout.on("error", () => {});
  const cluster = await startCephCluster(inputEnds.signal);
  console.log(JSON.stringify({ endpoint: cluster.endpoint }));
  if (!inputEnds.signal.aborted) await once(inputEnds.signal, "abort");
  await cluster.stop();
}

main().catch((error: unknown) => {
  console.error(error);
  // The input is still open, and would keep this process.
  process.exit(1);
});
