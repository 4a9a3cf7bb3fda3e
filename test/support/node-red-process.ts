import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { nodeRedPackage } from "../../scripts/node-red-package";

const repository = resolve(__dirname, "../..");
/** What Node-RED says in its log, in each language of the pack. */
const serving =
  /(?:now running at|wird jetzt auf|disponible à l'adresse|サーバは|服务器现在在) ?(https?:\/\/[^\s/]+)\//;
const started =
  /Started (?:modified )?(?:flows|nodes)|(?:Flows|Nodes) sind gestartet|(?:Flux|modifiés) démarrés|(?:フロー|ノード)を開始しました|(?:流程|节点)已启动/;

export interface NodeRedOptions {
  /** What is deployed from the start; nodes may carry `credentials`, which then go through the admin API. */
  flows?: readonly object[];
  /** Added to the environment of the process. */
  env?: Record<string, string>;
  /** The pack's folder, linked into the user directory; this repository unless told, `null` for no link. */
  packDirectory?: string | null;
  /** An own user directory is kept after `stop()`; without one, a temporary directory is made and removed. */
  userDir?: string;
  /** Added to settings.js; must survive JSON. */
  settings?: Record<string, unknown>;
  /** Node.js to run it with; this process's own unless told. */
  node?: string;
  /** Options of Node.js: `["--require", file]`. */
  nodeOptions?: readonly string[];
  /** Told what code inside the process sends with `process.send`. */
  onEvent?: (event: unknown) => void;
}

/** As in the editor's menu; "reload" is "Restart flows", which changes nothing. */
export type DeployType = "full" | "flows" | "nodes" | "reload";

export interface NodeRedProcess {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly userDir: string;
  readonly pid: number;
  /** Everything that Node-RED wrote so far, both streams. */
  log(): string;
  /** Resolves with the match once the log has it, looking from `from` (a length of `log()`) on; rejects when the process ends first. */
  waitForLog(pattern: RegExp, from?: number): Promise<RegExpMatchArray>;
  /** Replaces all flows over the admin API and resolves when they have started. */
  deploy(flows: readonly object[], type?: DeployType): Promise<void>;
  /** The parsed JSON answer of an admin endpoint: `/nodes`, `/flows`. */
  get(path: string): Promise<unknown>;
  /** Ends the process as Ctrl-C does and removes a temporary user directory. */
  stop(): Promise<void>;
  /** Ends the process as a power cut does; the user directory stays. */
  kill(): Promise<void>;
  /** Resolves once the process has ended, and all that it sent was told, with how: "code 0", "SIGKILL". */
  readonly ended: Promise<string>;
}

const linkPack = async (userDir: string, packDirectory: string): Promise<void> => {
  const link = join(userDir, "node_modules", "@fluxwire", "node-red-flux");
  await mkdir(dirname(link), { recursive: true });
  await symlink(packDirectory, link, "dir").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
};

const writeSettings = (userDir: string, extra: Record<string, unknown>): Promise<void> => {
  const settings = {
    uiHost: "127.0.0.1",
    flowFile: "flows.json",
    credentialSecret: "only for tests",
    telemetry: { enabled: false, updateNotification: false },
    // Without catalogues the editor asks nothing of the network.
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    logging: { console: { level: "info", metrics: false, audit: false } },
    ...extra,
  };
  return writeFile(join(userDir, "settings.js"), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
};

const hasCredentials = (flows: readonly object[]): boolean => flows.some((node) => "credentials" in node);

/**
 * Starts a real Node-RED as a child process on a free loopback port, with the pack linked into its user directory, and
 * resolves once the flows have started. Throws with the log when Node-RED ends before that.
 */
export const startNodeRed = async (options: NodeRedOptions = {}): Promise<NodeRedProcess> => {
  const userDir = options.userDir ?? (await mkdtemp(join(tmpdir(), "flux-node-red-")));
  await mkdir(userDir, { recursive: true });
  const pack = options.packDirectory === undefined ? repository : options.packDirectory;
  if (pack !== null) await linkPack(userDir, resolve(pack));
  await writeSettings(userDir, options.settings ?? {});
  const flows = options.flows;
  const deployLater = flows !== undefined && hasCredentials(flows);
  if (flows !== undefined && !deployLater) await writeFile(join(userDir, "flows.json"), JSON.stringify(flows));

  const program = join(repository, "node_modules", nodeRedPackage(), "red.js");
  // It takes a port that is free at that moment: one that was looked for before may be taken by then.
  const parameters = [...(options.nodeOptions ?? []), program, "--userDir", userDir, "--port", "0"];
  const child = spawn(options.node ?? process.execPath, parameters, {
    cwd: userDir,
    env: { ...process.env, NODE_RED_HOME: undefined, ...options.env },
    stdio: ["ignore", "pipe", "pipe", ...(options.onEvent ? (["ipc"] as const) : [])],
  });
  if (options.onEvent) child.on("message", options.onEvent);
  const running = watch(child, userDir, options.userDir === undefined);
  try {
    await Promise.all([running.waitForLog(serving), running.waitForLog(started)]);
    if (flows !== undefined && deployLater) await running.deploy(flows);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
};

/** The handle on a child process that has been spawned. */
const watch = (child: ChildProcess, userDir: string, temporary: boolean): NodeRedProcess => {
  let output = "";
  let ended: string | undefined;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const collect = (chunk: string): void => {
    output += chunk;
    tell();
  };
  child.stdout?.setEncoding("utf8").on("data", collect);
  child.stderr?.setEncoding("utf8").on("data", collect);
  // A test run that breaks off leaves nothing behind.
  const killOrphan = (): boolean => child.kill("SIGKILL");
  process.once("exit", killOrphan);
  const exit = new Promise<string>((done) => {
    const end = (why: string, how = why): void => {
      ended ??= why;
      process.off("exit", killOrphan);
      tell();
      done(how);
    };
    child.once("error", (error) => end(`could not be started: ${error.message}`));
    child.once("close", (code, signal) => {
      const how = signal ?? `code ${code}`;
      end(`ended with ${how}`, how);
    });
  });

  const waitForLog = (pattern: RegExp, from = 0): Promise<RegExpMatchArray> =>
    new Promise((found, reject) => {
      const look = (): void => {
        const match = output.slice(from).match(pattern);
        if (match === null && ended === undefined) return;
        listeners.delete(look);
        if (match !== null) found(match);
        else reject(new Error(`Node-RED ${ended} before it wrote ${pattern}:\n${output}`));
      };
      listeners.add(look);
      look();
    });

  const url = (): string => {
    const [, address] = output.match(serving) ?? [];
    if (address === undefined) throw new Error(`Node-RED has not said where it listens:\n${output}`);
    return address;
  };

  const deploy: NodeRedProcess["deploy"] = async (flows, type = "full") => {
    const from = output.length;
    const answer = await fetch(`${url()}/flows`, {
      method: "POST",
      headers: { "content-type": "application/json", "Node-RED-Deployment-Type": type },
      ...(type !== "reload" && { body: JSON.stringify(flows) }),
    });
    if (!answer.ok) throw new Error(`the deploy was answered with ${answer.status}: ${await answer.text()}`);
    await waitForLog(started, from);
  };

  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${url()}${path}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ended === undefined) child.kill(signal);
    // Node-RED gives its nodes 15 s to close; whoever needs longer hangs.
    const force = setTimeout(() => child.kill("SIGKILL"), 17_000);
    await exit;
    clearTimeout(force);
  };

  return {
    get url() {
      return url();
    },
    userDir,
    pid: child.pid ?? 0,
    log: () => output,
    waitForLog,
    deploy,
    get,
    stop: async () => {
      await end("SIGINT");
      if (temporary) await rm(userDir, { recursive: true, force: true });
    },
    kill: () => end("SIGKILL"),
    ended: exit,
  };
};
