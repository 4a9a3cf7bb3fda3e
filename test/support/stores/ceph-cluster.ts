import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CEPH_DOMAIN, CEPH_USERS, type CephPlace } from "./ceph-place";

const run = promisify(execFile);

/** How long a daemon may take to come up; a second is usual. */
const PATIENCE = 60_000;

/** A Ceph cluster of one monitor, one disk in memory and one object gateway, on loopback. */
export interface CephCluster extends CephPlace {
  /** Kills the daemons and removes their files. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster of its own in a temporary folder, on free ports. Rejects with what the daemons last logged, also when
 * it is aborted meanwhile; nothing is left then.
 */
export async function startCephCluster(signal: AbortSignal): Promise<CephCluster> {
  const folder = await mkdtemp(join(tmpdir(), "flux-ceph-"));
  const daemons: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(daemons.map(kill));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { endpoint: await startDaemons(folder, daemons, signal), stop };
  } catch (error) {
    const logs = await Promise.all(["mon", "osd", "rgw"].map((name) => lastLines(join(folder, `${name}.out`))));
    await stop();
    throw new Error(`The Ceph gateway did not start: ${String(error)}\n${logs.join("\n")}`);
  }
}

async function startDaemons(folder: string, daemons: ChildProcess[], signal: AbortSignal): Promise<string> {
  const [monitorPort, gatewayPort] = [await freePort(10_000), await freePort(20_000)];
  const config = join(folder, "ceph.conf");
  const clusterId = randomUUID();
  await Promise.all(["mon", "osd", "rgw"].map((name) => mkdir(join(folder, name))));
  await writeFile(config, configuration(folder, clusterId, monitorPort, gatewayPort));
  // Without a look at the monitor's settings beforehand: there are none, and a daemon that looked takes the cluster for
  // another one until it has heard from the monitor again.
  const start = async (name: string, program: string, ...options: string[]): Promise<ChildProcess> => {
    const log = await open(join(folder, `${name}.out`), "w");
    const daemon = spawn(program, ["-c", config, ...options, "--no-mon-config", "-f"], {
      stdio: ["ignore", log.fd, log.fd],
    });
    daemons.push(daemon);
    // A daemon that cannot be started at all shows in the wait for the gateway.
    daemon.on("error", () => {});
    await log.close();
    return daemon;
  };

  // The disk is entered on the map that the monitor is born with: nobody has to be asked for it later.
  const monitors = join(folder, "monitors");
  const disks = join(folder, "disks");
  await run("monmaptool", ["--create", "--fsid", clusterId, "--addv", "a", `[v1:127.0.0.1:${monitorPort}]`, monitors]);
  await run("osdmaptool", ["-c", config, "--createsimple", "1", disks]);
  await run("ceph-mon", ["-c", config, "-i", "a", "--mkfs", "--monmap", monitors, "--osdmap", disks]);
  const monitor = await start("mon", "ceph-mon", "-i", "a");
  await run("ceph-osd", ["-c", config, "-i", "0", "--no-mon-config", "--mkfs", "--osd-uuid", randomUUID()]);
  const disk = await start("osd", "ceph-osd", "-i", "0");
  const gateway = await start("rgw", "radosgw", "-n", "client.rgw");
  const endpoint = `http://127.0.0.1:${gatewayPort}`;
  await answers(endpoint, [monitor, disk, gateway], signal);
  for (const { name, accessKeyId, secretAccessKey, mostBytes } of Object.values(CEPH_USERS)) {
    const administer = (...options: string[]): Promise<unknown> =>
      run("radosgw-admin", ["-c", config, "-n", "client.rgw", "--no-mon-config", ...options, `--uid=${name}`]);
    const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    await administer("user", "create", `--display-name=${name}`, ...keys);
    if (mostBytes === undefined) continue;
    await administer("quota", "set", "--quota-scope=user", `--max-size=${mostBytes}`);
    await administer("quota", "enable", "--quota-scope=user");
  }
  return endpoint;
}

/**
 * As little as a cluster needs: one copy of everything, in memory, nobody identified inside. The pauses of the
 * monitor (normally a second before each decision, five between two looks) are what a start otherwise consists of.
 */
const configuration = (folder: string, clusterId: string, monitorPort: number, gatewayPort: number): string => `
[global]
fsid = ${clusterId}
mon host = v1:127.0.0.1:${monitorPort}/0
mon initial members = a
public network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}/rgw
run dir = ${folder}
log file = ${folder}/$name.log
admin socket =
pid file =
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.02
paxos min wait = 0.01
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon tick interval = 1
objecter tick interval = 0.5
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw dns name = ${CEPH_DOMAIN}
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = test-key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
rgw gc obj min wait = 1
rgw gc processor period = 1
`;

/**
 * A port that nobody listens at, of the 10,000 from `from` on. No kernel gives one below 30,000 to whoever asks for any:
 * until a daemon takes it, which lasts seconds, no connection of this machine gets it.
 */
async function freePort(from: number): Promise<number> {
  for (;;) {
    const port = randomInt(from, from + 10_000);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/** Resolves when the gateway answers; rejects when a daemon ends before that. */
async function answers(endpoint: string, daemons: readonly ChildProcess[], signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + PATIENCE;
  while (performance.now() < endsAt) {
    signal.throwIfAborted();
    if (daemons.some(hasEnded)) throw new Error("one of its daemons ended");
    const answer = await fetch(endpoint).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it did not answer within ${PATIENCE / 1000} s`);
}

const hasEnded = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;

async function kill(daemon: ChildProcess): Promise<void> {
  if (hasEnded(daemon)) return;
  const ended = once(daemon, "exit");
  daemon.kill("SIGKILL");
  await ended;
}

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, "utf8").catch(() => "")).split("\n").slice(-6).join("\n");
