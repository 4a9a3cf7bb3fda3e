import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Step } from "../../lib/jobs/steps";
import type { Sandbox } from "../../sandbox";
import { withTimersHeld } from "./clock";
import { type Flow, type FlowOptions, type Message, type Outcome, startFlow } from "./flow";
import { helper } from "./helper";

/** Resolves with the id of the next job that passes a step. */
export async function nextPassing(step: Step): Promise<string> {
  const [first = ""] = await nextPassings(step, 1);
  return first;
}

/** The same of several, which may pass in one turn. */
export function nextPassings(step: Step, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const ids: string[] = [];
    const listen = (passing: unknown) => {
      const { step: passed, job } = passing as { step: Step; job?: string };
      if (passed !== step || job === undefined) return;
      ids.push(job);
      if (ids.length < count) return;
      unsubscribe("node-red-flux:job", listen);
      resolve(ids);
    };
    subscribe("node-red-flux:job", listen);
  });
}

export interface RunningJob {
  flow: Flow;
  /** Under which the service knows it. */
  id: string;
  outcome: Promise<Outcome>;
}

/** Sends a message and waits until its job runs at the service, under an id that the node knows. */
export async function withRunningJob(options: FlowOptions, message: Record<string, unknown>): Promise<RunningJob> {
  const flow = await startFlow(options);
  return { flow, ...(await sendAndRun(flow, message)) };
}

/** The same in a flow that is there. */
export async function sendAndRun(flow: Flow, message: Record<string, unknown>): Promise<Omit<RunningJob, "flow">> {
  const accepted = flow.sandbox.once("accepted");
  const outcome = flow.send(message);
  const { id } = await accepted;
  await flow.sandbox.once("polled", (polled) => polled.id === id);
  return { id, outcome };
}

/** Properties of a node whose jobs have all the time that they need until `sendAndOverrun` lets their deadline pass. */
export const overrun = { timeout: 600 };

/** Sends a message, and lets its job's deadline pass once it runs at the service. */
export function sendAndOverrun(flow: Flow, message: Record<string, unknown>): Promise<Outcome> {
  return withTimersHeld(overrun.timeout * 1000, async (passDeadline) => {
    const { outcome } = await sendAndRun(flow, message);
    passDeadline();
    return await outcome;
  });
}

/** Every message that comes into a node from here on. */
export function messagesAt(id: string): Message[] {
  const messages: Message[] = [];
  helper.getNode(id)?.on("input", (message: unknown) => messages.push(message as Message));
  return messages;
}

/** The next message that comes into a node. */
export function nextMessageAt(id: string): Promise<Message> {
  return new Promise((resolve) => {
    // Node-RED's nodes lose messages to other listeners when one is taken off while they are called.
    helper.getNode(id)?.on("input", (message: unknown) => resolve(message as Message));
  });
}

/** Submits a task to the sandbox as another client of the same account would. */
export async function submitElsewhere(
  { addresses, once }: Sandbox,
  apiKey: string,
  task: Record<string, unknown> = {},
): Promise<string> {
  const taskUUID = crypto.randomUUID();
  const finished = once("finished", ({ id }) => id === taskUUID);
  const whole = {
    taskType: "imageInference",
    taskUUID,
    model: "runware:111@1",
    positivePrompt: "a heron",
    width: 128,
    height: 128,
    deliveryMethod: "async",
    includeCost: true,
    ...task,
  };
  await fetch(String(addresses.runware.baseUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify([whole]),
  });
  await finished;
  return taskUUID;
}

/** The same at fal. */
export async function submitElsewhereAtFal(
  { addresses, once }: Sandbox,
  apiKey: string,
  input: Record<string, unknown> = {},
): Promise<string> {
  const finished = once("finished");
  const answer = await fetch(`${addresses.fal.queueUrl}/fal-ai/flux/srpo`, {
    method: "POST",
    headers: { authorization: `Key ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt: "a heron", image_size: { width: 128, height: 128 }, ...input }),
  });
  const { request_id } = (await answer.json()) as { request_id: string };
  await finished;
  return request_id;
}
