import assert from "node:assert/strict";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { FluxError } from "../../../lib/errors";
import { type Flow, startFlow } from "../flow";
import { helper } from "../helper";
import { throwUnhandled } from "../rejections";
import { at, type End, type Ends, listenForEnds } from "./ends";
import { everyNode, nodeIds } from "./every-node";
import { assertJournal } from "./journal";
import { hostileMessages } from "./messages";
import { natives } from "./natives";
import type { Recipe } from "./recipe";

/** What a fuzz run came to. */
export interface Tally {
  sent: number;
  /** Messages by how they ended: "complete", or the code of their error. */
  ends: Map<string, number>;
  /** The longest that one message kept its node busy in the turn in which it came, in ms, and which it was. */
  longest: { milliseconds: number; message: string };
  /** The longest pause of the event loop, in ms, with all messages of a round under way, and in which round. */
  pause: { milliseconds: number; round: number };
}

/**
 * Sends hostile messages into every node at once, round after round: each must end once, break nothing that others
 * have, and be paid for only if pictures come of it.
 *
 * @param path of a round that failed: it is repeated first.
 * @throws what fast-check throws, with the seed and the path of the round that failed.
 */
export async function sendHostileMessages(rounds: number, seed: number, path: string | undefined): Promise<Tally> {
  const flow = await startFlow({
    bucket: {},
    account: null,
    node: { type: "flux-preview" },
    nodes: everyNode,
    completes: nodeIds,
    sandbox: { latency: 1, balance: 1e9 },
  });
  const ends = listenForEnds();
  const tally: Tally = {
    sent: 0,
    ends: new Map(),
    longest: { milliseconds: 0, message: "" },
    pause: { milliseconds: 0, round: 0 },
  };
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  let round = 0;
  const assertNatives = natives();
  const messages = fc.record(Object.fromEntries(nodeIds.map((id) => [id, hostileMessages])));
  try {
    await fc.assert(
      fc.asyncProperty(messages, async (recipes) => {
        round += 1;
        delays.reset();
        await sendRound(flow, ends, recipes, tally);
        assertNatives();
        throwUnhandled();
        const milliseconds = delays.max / 1e6;
        if (milliseconds > tally.pause.milliseconds) tally.pause = { milliseconds, round };
      }),
      { numRuns: rounds, seed, ...(path !== undefined && { path }), endOnFailure: true },
    );
  } finally {
    delays.disable();
    ends.close();
  }
  await flow.stop();
  assertJournal(join(flow.userDir, "flux-jobs"));
  return tally;
}

async function sendRound(
  { sandbox }: Flow,
  ends: Ends,
  recipes: Readonly<Record<string, Recipe>>,
  tally: Tally,
): Promise<void> {
  const before = new Set(sandbox.ledger.jobIds());
  for (const [id, recipe] of Object.entries(recipes)) {
    const message = recipe.make();
    const begun = performance.now();
    helper.getNode(id)?.receive(message as Record<string, unknown>);
    const milliseconds = performance.now() - begun;
    if (milliseconds > tally.longest.milliseconds) {
      tally.longest = { milliseconds, message: `${id} <- ${recipe.text}` };
    }
  }
  await ends.all(Object.keys(recipes));
  // An end too many may follow in the next turns.
  await turn();
  await turn();
  const known = new Set(
    ends.takeLeft().flatMap((message) => ["id", "requestId"].map((name) => at(message, "job", name))),
  );
  const refused = new Set<unknown>();
  const told: string[] = [];
  for (const [id, recipe] of Object.entries(recipes)) {
    const own = ends.take(id);
    assert.equal(own.length, 1, `${id} ended a message ${own.length} times: ${recipe.text}`);
    for (const end of own) count(end, `${id}: ${recipe.text}`, tally, { known, refused });
    told.push(`${id} ${own[0]?.error?.message ?? "went well"} <- ${recipe.text}`);
  }
  for (const id of sandbox.ledger.jobIds()) {
    if (before.has(id)) continue;
    const isKnown = known.has(id) || refused.has(id);
    assert.ok(isKnown, `job ${id} was sent to the service, and no message tells of it:\n${told.join("\n")}`);
    assert.equal(sandbox.ledger.charges(id), known.has(id) ? 1 : 0, `charges of job ${id}:\n${told.join("\n")}`);
  }
}

/** Ids of jobs that messages tell of: those that may be paid for, and those that the service refused. */
interface Told {
  known: Set<unknown>;
  refused: Set<unknown>;
}

/** A message that went well and cannot be read cannot be cloned for Complete nodes: they do not hear of it. */
function count({ error, heardBy }: End, what: string, { ends }: Tally, { known, refused }: Told): void {
  if (error === undefined) {
    assert.ok(heardBy.join() === "complete" || heardBy.length === 0, `heard by ${heardBy}: ${what}`);
    ends.set("complete", (ends.get("complete") ?? 0) + 1);
    return;
  }
  assert.deepEqual(heardBy, ["catch"], what);
  assert.ok(error instanceof FluxError, `${String(error)}: ${what}`);
  const { code, message, cause } = error;
  assert.ok(message.length > 0, `an error without words: ${what}`);
  assert.doesNotMatch(message, /Unexpected failure/, what);
  ends.set(code, (ends.get(code) ?? 0) + 1);
  (cause.billed === "no" ? refused : known).add(cause.requestId);
}
