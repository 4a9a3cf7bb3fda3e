import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";
import { provideFlow } from "../../scripts/start-flow";
import { prepareUserDirectory } from "../../scripts/user-directory";
import { repository } from "./installed-pack";

interface Started {
  /** Resolves with the match once the output has it; rejects when the command ends first. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Presses Ctrl-C: a terminal signals everything that runs in its foreground. */
  interrupt(): void;
  /** Asks npm, and npm alone, to end. */
  terminate(): void;
  ended: Promise<number | null>;
}

const npmStart = (userDir: string, more: string[] = [], env: NodeJS.ProcessEnv = {}): Started => {
  // `npm test` has built already, and a second build would pull dist/ from under other tests: no prestart.
  const args = ["start", "--ignore-scripts", "--", "--user-dir", userDir, "--port", "18800", ...more];
  const child: ChildProcess = spawn("npm", args, { cwd: repository, env: { ...process.env, ...env }, detached: true });
  let output = "";
  let over = false;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      tell();
    });
  }
  const ended = new Promise<number | null>((settle) => {
    child.once("close", (code) => {
      over = true;
      tell();
      settle(code);
    });
  });
  const printed = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((settle, reject) => {
      const look = (): void => {
        const match = output.match(pattern);
        if (match === null && !over) return;
        listeners.delete(look);
        if (match) settle(match);
        else reject(new Error(`npm start ended without printing ${pattern}:\n${output}`));
      };
      listeners.add(look);
      look();
    });
  const interrupt = (): void => {
    if (!over && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
  };
  return { printed, interrupt, terminate: () => void child.kill("SIGTERM"), ended };
};

describe("npm start", function () {
  this.timeout(60_000);
  let userDir: string;
  let running: Started | undefined;

  beforeEach(async () => {
    userDir = await mkdtemp(join(tmpdir(), "flux-start-"));
  });
  afterEach(async () => {
    running?.interrupt();
    await running?.ended;
    running = undefined;
    await rm(userDir, { recursive: true, force: true });
  });

  it("stores six pictures, prints where they are and where the editor is, and stops at Ctrl-C", async () => {
    running = npmStart(userDir);
    const [, address] = await running.printed(/Editor:\s+(http:\S+)/);
    assert.equal((await fetch(String(address))).status, 200);
    const { input: output = "" } = await running.printed(/(?:Picture: .+\n[\s\S]*?){6}/);
    const folder = join(userDir, "flux-sandbox-s3", "pictures");
    const printed = [...output.matchAll(/Stored: +(http:\S+)\nPicture: (.+)\n/g)];
    const services: string[] = [];
    for (const [, location, file] of printed) {
      const picture = await readFile(String(file));
      assert(pictureType(picture), `${file} is no picture`);
      assert.deepEqual(Buffer.from(await (await fetch(String(location))).arrayBuffer()), picture);
      const [, service, name] = /\/s3\/pictures\/(\w+)\/([\w-]+\.\w+)$/.exec(String(location)) ?? [];
      assert.equal(file, join(folder, String(service), String(name)));
      services.push(String(service));
    }
    assert.deepEqual(services.sort(), ["fal", "fal", "runware", "runware", "runware", "runware"]);
    running.interrupt();
    await running.ended;
    await assert.rejects(fetch(String(address)));
  });

  it("stops everything too when npm alone is asked to end", async () => {
    running = npmStart(userDir);
    await running.printed(/Editor:/);
    running.terminate();
    await running.printed(/Stopped\./);
    await running.ended;
  });

  it("leaves a flow alone that its user has changed", async () => {
    prepareUserDirectory(userDir);
    const file = join(userDir, provideFlow(userDir, false));
    const mine = (await readFile(file, "utf8")).replace("First pictures", "My pictures");
    await writeFile(file, mine);
    running = npmStart(userDir);
    const [, address] = await running.printed(/Editor:\s+(http:\S+)/);
    const flows = (await (await fetch(`${address}/flows`)).json()) as { label?: string }[];
    assert.equal(flows[0]?.label, "My pictures");
    running.interrupt();
    await running.ended;
    assert.equal(await readFile(file, "utf8"), mine);
  });

  it("--live without a key says which variable is missing, and starts nothing", async () => {
    running = npmStart(userDir, ["--live"], { RUNWARE_API_KEY: "", FAL_KEY: "" });
    await running.printed(/RUNWARE_API_KEY or FAL_KEY/);
    assert.equal(await running.ended, 1);
    assert.deepEqual(await readdir(userDir), []);
  });

  it("--live has a flow of its own, which names the variable and does not hold the key; the rest stays in the sandbox", async () => {
    const key = "a-key-that-must-not-be-stored";
    const others = process.env.FAL_KEY;
    delete process.env.FAL_KEY;
    process.env.RUNWARE_API_KEY = key;
    try {
      prepareUserDirectory(userDir);
      assert.notEqual(provideFlow(userDir, true), provideFlow(userDir, false));
    } finally {
      delete process.env.RUNWARE_API_KEY;
      if (others !== undefined) process.env.FAL_KEY = others;
    }
    for (const name of (await readdir(userDir)).filter((entry) => entry.includes("."))) {
      assert(!(await readFile(join(userDir, name), "utf8")).includes(key), `${name} holds the key`);
    }
    const accounts = async (file: string): Promise<unknown[]> =>
      (JSON.parse(await readFile(join(userDir, file), "utf8")) as { type: string; environment?: string }[])
        .filter(({ type }) => type.endsWith("-account"))
        .map(({ type, environment }) => `${type}: ${environment}`);
    assert.deepEqual(await accounts("flows-live.json"), ["runware-account: production", "fal-account: sandbox"]);
    assert.deepEqual(await accounts("flows.json"), ["runware-account: sandbox", "fal-account: sandbox"]);
  });
});
