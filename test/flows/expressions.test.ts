import assert from "node:assert/strict";
import { nextMessageAt } from "../support/controls";
import { type Message, startFlow, stopFlows } from "../support/flow";
import type { FlowNode } from "../support/helper";
import { onlyMessage } from "../support/outcomes";

const message = { subject: "a lighthouse", flux: { width: 128, height: 128 } };
const promptFrom = (value: string) => ({ promptFrom: { type: "jsonata", value } });
const promptOf = ({ job }: Message): unknown => job.request.positivePrompt;

const subject = (value: string) => ({ env: [{ name: "SUBJECT", type: "str", value }] });
const fromEnvironment = promptFrom('$env("SUBJECT") & " at " & hour');

describe("a JSONata expression of a node", () => {
  afterEach(stopFlows);

  it("counts as it is written after a deploy, also for a second message", async () => {
    const flow = await startFlow({ node: promptFrom('subject & " at dusk"') });
    for (const _time of ["first", "second"]) {
      assert.equal(promptOf(onlyMessage(await flow.send(message))), "a lighthouse at dusk");
    }
    await flow.deploy((nodes) =>
      nodes.map((node) => (node.id === "flux" ? { ...node, ...promptFrom('subject & " at dawn"') } : node)),
    );
    for (const _time of ["first", "second"]) {
      const next = nextMessageAt("out");
      flow.receiveAt("flux", { ...message });
      assert.equal(promptOf(await next), "a lighthouse at dawn");
    }
  });

  it("has the environment of its own flow, though another node has the same words, and that of after a deploy", async () => {
    const nodes: FlowNode[] = [
      { id: "second", type: "tab", label: "second", ...subject("a mill") },
      {
        id: "other",
        z: "second",
        type: "runware-flux-srpo",
        account: "account",
        version: 1,
        ...fromEnvironment,
        wires: [["out"]],
      },
    ];
    const flow = await startFlow({ node: fromEnvironment, nodes });
    const promptsFor = async (hour: string): Promise<unknown[]> => {
      const prompts: unknown[] = [];
      for (const id of ["flux", "other"]) {
        const next = nextMessageAt("out");
        flow.receiveAt(id, { ...message, hour });
        prompts.push(promptOf(await next));
      }
      return prompts;
    };
    const withSubject = (value: string) =>
      flow.deploy((all) => all.map((node) => (node.id === "tab" ? { ...node, ...subject(value) } : node)));
    await withSubject("a harbour");
    assert.deepEqual(await promptsFor("dusk"), ["a harbour at dusk", "a mill at dusk"]);
    await withSubject("a pier");
    assert.deepEqual(await promptsFor("dawn"), ["a pier at dawn", "a mill at dawn"]);
  });
});
