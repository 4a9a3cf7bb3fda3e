import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ListedJob } from "../../lib/jobs/keeper/listed-job";
import { keys, prompts, queries } from "../support/leaks/canaries";
import { type Comms, listen, type Told } from "../support/leaks/comms";
import { type Deed, deeds, prompt } from "../support/leaks/deeds";
import { type Answered, answerOf, type Evidence, filesIn } from "../support/leaks/evidence";
import { type Relay, startRelay } from "../support/leaks/relay";
import { scene } from "../support/leaks/scene";
import { leaksIn } from "../support/leaks/search";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type SandboxProcess, startSandboxProcess } from "../support/sandbox-process";

const UNCHANGED = "__PWRD__";

describe("keys, signed addresses and prompts, in a Node-RED that does all that the pack can do,", function () {
  this.timeout(20_000);
  let sandbox: SandboxProcess;
  let relay: Relay;
  let userDir: string;
  let nodeRed: NodeRedProcess;
  let editor: Comms;
  /** Of the processes that have ended. */
  const ended = { log: "", told: [] as Told[] };
  const answers: Answered[] = [];

  async function start(): Promise<void> {
    nodeRed = await startNodeRed({
      userDir,
      flows: scene(relay.url, sandbox),
      env: { LEAKS_ADDRESS: `https://user:${keys.addressKey}@service.example/v1?key=${keys.addressKey}` },
      settings: {
        logging: { console: { level: "trace", metrics: true, audit: true } },
        contextStorage: { default: { module: "localfilesystem" } },
        debugMaxLength: 1_000_000,
      },
    });
    editor = await listen(nodeRed.url);
  }

  function leave(): void {
    ended.log += nodeRed.log();
    ended.told.push(...editor.told);
    editor.close();
  }

  const evidence = (): Evidence => ({
    log: ended.log + nodeRed.log(),
    told: [...ended.told, ...editor.told],
    files: filesIn(userDir),
    answers,
  });

  /** Each is told once: by the test that caused it. */
  const known = new Set<string>();
  const assertNoLeak = (): void => {
    const found = leaksIn(evidence()).filter((leak) => !known.has(leak));
    for (const leak of found) known.add(leak);
    assert.deepEqual([...new Set(found)], []);
  };

  async function send(entrance: string, message: Record<string, unknown>): Promise<void> {
    const answer = await fetch(`${nodeRed.url}/${entrance}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    });
    assert.equal(answer.status, 202);
  }

  interface Shown {
    topic?: string;
    job?: { id: string; late?: boolean; recovered?: boolean };
    error?: { code: string; message: string };
  }

  /** The next whole message that a debug node shows. */
  async function shown(node: "out" | "caught", holds: (message: Shown) => boolean, what: string): Promise<Shown> {
    const read = ({ topic, data }: Told): Shown | undefined => {
      const { name, format, msg } = (data ?? {}) as Record<string, unknown>;
      return topic === "debug" && name === node && format === "Object" ? JSON.parse(String(msg)) : undefined;
    };
    const told = await editor.until((one) => {
      const message = read(one);
      return message !== undefined && holds(message);
    }, what);
    return read(told) ?? assert.fail(what);
  }

  async function done({ name, entrance, message, code }: Deed): Promise<Shown> {
    await send(entrance, { ...message, topic: name });
    const isIt = ({ topic }: Shown) => topic === name;
    const end = await Promise.race([shown("out", isIt, name), shown("caught", isIt, name)]);
    if (code === undefined) assert.equal(end.error, undefined, `${name}: ${end.error?.code} ${end.error?.message}`);
    else if (code === "any") assert.ok(end.error, name);
    else assert.equal(end.error?.code, code, `${name}: ${end.error?.message}`);
    return end;
  }

  const ask = async (path: string, body?: object): Promise<Answered> => {
    const answer = await answerOf(nodeRed.url, path, body);
    answers.push(answer);
    return answer;
  };

  const jobs = async (): Promise<ListedJob[]> => JSON.parse((await ask("/flux/jobs")).body).jobs;

  before(async function () {
    this.timeout(60_000);
    sandbox = await startSandboxProcess();
    relay = await startRelay(sandbox.url);
    userDir = await mkdtemp(join(tmpdir(), "flux-leaks-"));
    await start();
  });
  after(async () => {
    editor?.close();
    await nodeRed?.stop();
    await relay?.close();
    await sandbox?.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  for (const deed of deeds) {
    it(`leak nowhere in ${deed.name}`, async () => {
      await done(deed);
      assertNoLeak();
    });
  }

  it("leak nowhere in a result that comes late", async () => {
    const late = await shown("out", ({ job }) => job?.late === true, "the late result");
    assert.equal(late.error, undefined);
    assertNoLeak();
  });

  it("leak nowhere when jobs are cancelled by a message and by the sidebar, and one is resumed", async () => {
    for (const topic of ["cancelled by a message", "cancelled by the sidebar"]) {
      await send("runware", { payload: `${prompt} [fault:never]`, topic });
      for (;;) if ((await jobs()).some(({ state }) => state === "running")) break;
      if (topic.endsWith("message")) await send("runware", { cancel: true });
      else for (const { id, state } of await jobs()) if (state === "running") await ask(`/flux/jobs/${id}/cancel`, {});
      const { error } = await shown("caught", (message) => message.topic === topic, topic);
      assert.equal(error?.code, "FLUX_CANCELLED");
    }
    const { job } = await done({ name: "a job to resume", entrance: "fal", message: { payload: prompt } });
    await done({ name: "a job that is resumed", entrance: "fal", message: { resume: job?.id } });
    assertNoLeak();
  });

  it("leak nowhere in what the editor asks for", async () => {
    for (const { id, hasThumbnail } of await jobs()) if (hasThumbnail) await ask(`/flux/jobs/${id}/thumbnail`);
    for (const node of ["shown", "preview"]) {
      const { pictures } = JSON.parse((await ask(`/flux/preview/${node}`)).body) as { pictures: { id: string }[] };
      assert.ok(pictures.length > 0, node);
      for (const { id } of pictures) {
        for (const part of ["", "/large", "/details"]) await ask(`/flux/preview/${node}/${id}${part}`);
      }
    }
    await ask("/flux/estimate", { type: "runware-flux-krea", account: "account-of-runware", params: {}, mode: "auto" });
    for (const path of [
      "/flows",
      "/nodes",
      "/settings",
      "/settings/user",
      "/context/global",
      "/context/node/runware",
      "/diagnostics",
    ]) {
      await ask(path);
    }
    for (const [type, id] of [
      ["runware-account", "account-of-runware"],
      ["fal-account", "account-of-fal"],
      ["flux-s3-bucket", "bucket"],
    ] as const) {
      await ask(`/credentials/${type}/${id}`);
    }
    assertNoLeak();
  });

  it("leak nowhere when accounts and buckets are tested, with the stored keys, and with wrong ones", async () => {
    const flow = scene(relay.url, sandbox);
    const values = (id: string) => ({ ...flow.find((node) => node.id === id), environment: "production", id });
    const stored = { apiKey: UNCHANGED, accessKeyId: queries.accessKeyId, secretAccessKey: UNCHANGED };
    const bad = {
      apiKey: `bad${keys.falKeySecret}`,
      accessKeyId: queries.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
    };
    for (const typed of [stored, bad]) {
      for (const service of ["runware", "fal"]) {
        await ask(`/flux/${service}-account/test`, { ...values(`account-of-${service}`), ...typed });
      }
      for (const testPrefix of ["trial/", "refused/"]) {
        await ask("/flux/flux-s3-bucket/test", { ...values("bucket"), ...typed, pathStyle: "true", testPrefix });
      }
    }
    const worked = answers.filter(({ request, body }) => request.endsWith("/test") && body.startsWith('{"ok":true'));
    assert.equal(worked.length, 4);
    assertNoLeak();
  });

  it("leak nowhere while jobs run, after a crash, and when they have come back", async function () {
    this.timeout(60_000);
    const sketch = `https://input.example/a.png?X-Amz-Signature=${queries.inputQuery}`;
    const going = [
      { entrance: "runware", topic: "one that goes on" },
      { entrance: "fal", topic: "one of fal's that goes on" },
      { entrance: "runware", topic: "one with a long text", long: `${sketch} `.repeat(5000) },
    ];
    await sandbox.configure({ latency: 3_600_000 });
    for (const { entrance, ...more } of going) await send(entrance, { payload: prompt, author: sketch, ...more });
    for (;;) if ((await jobs()).filter(({ state }) => state === "running").length === going.length) break;
    assertNoLeak();
    leave();
    await nodeRed.kill();
    assertNoLeak();
    await sandbox.finish();
    await start();
    for (const { topic } of going) {
      const { job } = await shown("out", (message) => message.topic === topic, topic);
      assert.equal(job?.recovered, true, topic);
    }
    assertNoLeak();
  });

  it("were all there: the services got the keys, the signed addresses and the prompts", () => {
    const arrived = relay.arrived();
    for (const [name, canary] of Object.entries({ ...keys, ...queries, ...prompts })) {
      // These are used on the way, and where the way ends.
      if (["proxyPassword", "addressKey", "secretAccessKey", "answeredQuery"].includes(name)) continue;
      assert.ok(arrived.includes(canary), name);
    }
  });

  describe("if one did leak, these tests", () => {
    it("would see it in each place that they look at, in whatever form it is written", () => {
      const { runwareKey } = keys;
      const forms = [runwareKey, runwareKey.toUpperCase(), Buffer.from(`x:${runwareKey}`).toString("base64")];
      for (const form of forms) {
        const message = (content: object): Told => ({
          topic: "debug",
          data: { name: "planted", format: "Object", msg: JSON.stringify(content) },
        });
        const nothing: Evidence = { log: "", told: [], files: [], answers: [] };
        const places: Evidence[] = [
          { ...nothing, log: form },
          { ...nothing, told: [{ topic: "status/a", data: { text: form } }] },
          { ...nothing, told: [{ topic: "debug", data: { msg: form, format: "string" } }] },
          { ...nothing, told: [message({ payload: form })] },
          { ...nothing, told: [message({ error: { cause: { violations: [form] } } })] },
          { ...nothing, files: [{ path: "flux-jobs/jobs-1.jsonl", mode: 0o600, content: Buffer.from(form) }] },
          { ...nothing, answers: [{ request: "GET /flux/jobs", headers: form, body: "" }] },
          { ...nothing, answers: [{ request: "GET /flux/preview/a/b/details", headers: "", body: form }] },
        ];
        for (const place of places) assert.equal(leaksIn(place).length, 1, JSON.stringify(place));
      }
      const query = (content: object): Evidence => ({
        log: "",
        told: [{ topic: "debug", data: { name: "planted", format: "Object", msg: JSON.stringify(content) } }],
        files: [],
        answers: [],
      });
      assert.deepEqual(leaksIn(query({ payload: queries.answeredQuery, image: [{ url: queries.answeredQuery }] })), []);
      assert.equal(leaksIn(query({ image: { id: queries.answeredQuery } })).length, 1);
      assert.equal(leaksIn(query({ job: { request: { image: queries.inputQuery } } })).length, 1);
      assert.deepEqual(leaksIn(query({ job: { request: { positivePrompt: prompt } } })), []);
      assert.equal(leaksIn(query({ job: { warnings: [prompt] } })).length, 1);
    });

    it("would see it in this Node-RED: where a node warns, shows, sends, remembers or prints it", async function () {
      this.timeout(60_000);
      await nodeRed.deploy([
        { id: "tab", type: "tab", label: "Planted" },
        { id: "in", type: "http in", z: "tab", url: "/plant", method: "post", wires: [["plant"]] },
        {
          id: "plant",
          type: "function",
          z: "tab",
          func: `const key = ${JSON.stringify(keys.runwareKey)}; node.warn(key); node.status({ text: key }); context.set("planted", key); return [msg, { planted: key }];`,
          outputs: 2,
          wires: [["answer"], ["shown-planted"]],
        },
        { id: "answer", type: "http response", z: "tab", statusCode: "202", wires: [] },
        {
          id: "shown-planted",
          type: "debug",
          z: "tab",
          name: "planted",
          active: true,
          tosidebar: true,
          complete: "true",
          wires: [],
        },
      ]);
      const before = editor.told.length;
      await send("plant", {});
      await editor.until(
        ({ topic, data }) => topic === "debug" && JSON.stringify(data).includes('"planted"'),
        "it is shown",
      );
      await writeFile(join(userDir, "flux-jobs", "jobs-999999.jsonl"), keys.runwareKey);
      await ask("/context/node/plant");
      await nodeRed.stop();
      const found = leaksIn({ ...evidence(), told: editor.told.slice(before) });
      const places = [
        "the log",
        "status/plant",
        "debug",
        "a message at",
        "GET /context/node/plant",
        "context/",
        "flux-jobs/jobs-999999",
      ];
      for (const place of places) {
        assert.ok(
          found.some((leak) => leak.includes(`runwareKey in ${place}`)),
          `${place}: ${found.join("; ")}`,
        );
      }
    });
  });
});
