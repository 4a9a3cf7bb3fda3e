import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { FluxError } from "../../../lib/errors";
import { readCosts } from "../../../lib/jobs/costs/costs-file";
import { type Message, startFlow, stopFlows } from "../flow";
import { type FlowNode, helper } from "../helper";
import { noisePng } from "../pictures";
import { throwUnhandled } from "../rejections";
import { startScriptedServer } from "../scripted-server";
import { hostileAnswers } from "./answers";
import { type End, listenForEnds } from "./ends";
import { assertJournal } from "./journal";
import { natives } from "./natives";
import { HostileService } from "./service";

/** Nodes that ask a service, each in another way, by id. */
const ASKING: Readonly<Record<string, { type: string } & Record<string, unknown>>> = {
  "runware-queue": { type: "runware-flux-srpo" },
  "runware-sync": { type: "runware-flux-krea", delivery: "sync", results: "all" },
  "runware-bytes": { type: "runware-flux-srpo", output: "buffer" },
  "runware-upload": { type: "runware-flux-kontext", params: { "inputs.referenceImages.0": msg("large") } },
  "runware-batch": { type: "runware-flux-srpo", params: { numberResults: { type: "str", value: "3" } } },
  "runware-tool": { type: "runware-preprocess", imageFrom: msg("picture") },
  "fal-queue": { type: "fal-flux-srpo" },
  "fal-sync": { type: "fal-flux-srpo", delivery: "sync", output: "dataURI" },
  "fal-upload": { type: "fal-flux-srpo", imageFrom: msg("large"), output: "buffer" },
};

function msg(value: string): { type: string; value: string } {
  return { type: "msg", value };
}

const EACH = 6;
const ids = Object.keys(ASKING).flatMap((id) => Array.from({ length: EACH }, (_, index) => `${id}-${index}`));

/** How many messages one round asks for. */
export const MESSAGES_PER_ROUND = ids.length;

const prompt = "a heron made of folded newspaper";
const keyOf = (id: string): string => `a-key-that-must-not-leak-${id}`;

/** Short enough that what a service never answers ends within a test. */
const DEADLINE = 3;

const plans = fc.record(Object.fromEntries(ids.map((id) => [id, fc.array(hostileAnswers, { maxLength: 4 })])));

/** What rounds came to: messages by how they ended. */
export type Outcomes = Map<string, number>;

/**
 * Lets nodes ask services that answer anything, each with an account of its own, round after round: each message must
 * end once, no job may be sent a second time that may have been taken, and no cost may be remembered that is none.
 *
 * @throws what fast-check throws, with the seed and the path of the round that failed.
 */
export async function askHostileServices(rounds: number, seed: number, path: string | undefined): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const assertNatives = natives();
  const pictures = { picture: await noisePng(8), large: await noisePng(320) };
  await fc.assert(
    fc.asyncProperty(plans, async (byId) => {
      const services = new Map(
        Object.entries(byId).map(([id, own]) => [id, new HostileService(own, { prompt, key: keyOf(id) })]),
      );
      await round(services, pictures, outcomes);
      assertNatives();
      throwUnhandled();
    }),
    { numRuns: rounds, seed, ...(path !== undefined && { path }), endOnFailure: true },
  );
  return outcomes;
}

async function round(services: Map<string, HostileService>, pictures: object, outcomes: Outcomes): Promise<void> {
  const server = await startScriptedServer((received) => {
    const id = received.path.split("/")[1] ?? "";
    return services.get(id)?.answer(received, `${server.url}/${id}`) ?? { status: 404, text: "" };
  });
  try {
    const flow = await startFlow({
      account: null,
      node: { type: "flux-preview" },
      nodes: nodesAt(server.url),
      completes: ids,
      credentials: Object.fromEntries(ids.map((id) => [`account-of-${id}`, { apiKey: keyOf(id) }])),
    });
    const ends = listenForEnds();
    for (const id of ids) helper.getNode(id)?.receive({ payload: prompt, topic: id, ...pictures });
    await ends.all(ids);
    // Catch and Complete nodes hear of it in the next turns.
    await turn();
    await turn();
    await flow.stop();
    ends.close();
    const left = ends.takeLeft() as Message[];
    for (const [id, service] of services) {
      const own = ends.take(id);
      assert.equal(own.length, 1, `${id} ended its message ${own.length} times`);
      const delivered = left.filter(({ topic }) => topic === id);
      for (const end of own) assertEnd(id, end, delivered, outcomes);
      assertSubmissions(id, service);
    }
    const folder = join(flow.userDir, "flux-jobs");
    readCosts(readFileSync(join(folder, "costs.json"), "utf8"));
    assertJournal(folder);
  } finally {
    await server.close();
    await stopFlows();
  }
}

const nodesAt = (url: string): FlowNode[] => [
  { id: "left", z: "tab", type: "helper", wires: [] },
  ...ids.flatMap((id) => {
    const node = ASKING[id.replace(/-\d+$/, "")] ?? { type: "" };
    const [service = ""] = id.split("-");
    const base = `${url}/${id}`;
    const account = {
      id: `account-of-${id}`,
      type: `${service}-account`,
      environment: "sandbox",
      baseUrl: `${base}/v1`,
      queueUrl: `${base}/queue`,
      runUrl: `${base}/run`,
      restUrl: `${base}/rest`,
      timeout: DEADLINE,
      retries: 2,
    };
    const own = { id, z: "tab", version: 1, account: account.id, lateResults: false, ...node, wires: [["left"]] };
    return [account, own];
  }),
];

/** Pictures, or an error in words that gives nothing away. */
function assertEnd(id: string, { error, heardBy }: End, delivered: readonly Message[], outcomes: Outcomes): void {
  assert.deepEqual(heardBy, [error ? "catch" : "complete"], id);
  const name = error instanceof FluxError ? error.code : "delivered";
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  if (error) {
    assert.ok(error instanceof FluxError, `${id}: ${String(error)}`);
    assert.doesNotMatch(error.message, /Unexpected failure|could not be processed/, id);
    assertWithoutSecrets(id, [error.message, error.cause, error.stack]);
    assert.equal(delivered.length, 0, id);
    return;
  }
  assert.ok(delivered.length > 0, `${id} went well without a picture`);
  for (const { job, image, payload, guideImage } of delivered) {
    assert.ok(
      [guideImage ?? payload].flat().every((picture) => picture),
      id,
    );
    for (const cost of [job.cost, ...[image].flat().map((one) => one.cost)]) {
      assert.ok(cost === undefined || (Number.isFinite(cost) && cost >= 0 && cost < 1e6), `${id}: a cost of ${cost}`);
    }
    assertWithoutSecrets(id, [job.errors, job.warnings]);
  }
}

function assertWithoutSecrets(id: string, what: unknown): void {
  const text = JSON.stringify(what);
  assert.doesNotMatch(text, /folded newspaper|must-not-leak/, `${id}: ${text}`);
}

/** Runware knows a task that comes again by its id; fal knows none, so that only a refusal allows to send it again. */
function assertSubmissions(id: string, { submissions }: HostileService): void {
  const told = `${id}: ${JSON.stringify(submissions)}`;
  if (id.startsWith("runware")) assert.ok(new Set(submissions.map((one) => one.id)).size <= 1, told);
  else
    assert.ok(
      submissions.slice(0, -1).every(({ status }) => status === 429 || status === 503),
      told,
    );
}
