import { FluxError } from "../errors";
import { repeated } from "../jobs/backoff";
import { knownAs } from "../jobs/job";
import type { LeftBehind } from "./runs";
import type { Node, NodeAPI } from "./types";

/** For asking a service to drop a job, repetitions included, in ms. */
const CANCEL_TIMEOUT = 15_000;

/** Repetitions of a question that costs nothing, while the job may cost something. */
const CANCEL_RETRIES = 4;

/** What Node-RED tells when flows have started; only a deploy comes with a diff, a restart or another project without. */
interface FlowsStarted {
  diff?: object;
}

/** What is to be decided when the flows run again. One listener serves all nodes: a deploy may close hundreds. */
const undecided = new Set<(event: FlowsStarted | undefined) => void>();

function whenFlowsStarted(RED: NodeAPI, decide: (event: FlowsStarted | undefined) => void): void {
  if (undecided.size === 0) {
    RED.events.once("flows:started", (event?: FlowsStarted) => {
      const decisions = [...undecided];
      undecided.clear();
      for (const one of decisions) one(event);
    });
  }
  undecided.add(decide);
}

/**
 * What a closing node leaves at the service is cancelled there when the node turns out to be deleted. That is known when
 * the flows run again: a node that is disabled, moved or only restarted is still among them, and so is one inside a
 * subflow. The account's grace period is for those who take a deletion back.
 */
export function cancelIfDeleted(RED: NodeAPI, node: Node, left: readonly LeftBehind[]): void {
  const jobs = left.filter(({ job, opened }) => (job.receipt || job.answering) && opened.service.provider.cancel);
  const [first] = jobs;
  if (!first) return;
  // The account closes right after its nodes, but the cancelling still needs its connections.
  const releases = jobs.map(({ opened }) => opened.hold());
  // Connections that cannot be closed are no reason to end the process.
  const release = () => Promise.allSettled(releases.map((letGo) => letGo()));
  const cancelAll = async () => {
    if (!isInFlows(RED, node.id)) {
      await Promise.all(jobs.map((one) => cancelJob(node, one, "because its node was deleted")));
    }
    await release();
  };
  const unnamed = jobs.filter(({ job }) => !job.receipt);
  const nameAll = async () => {
    await Promise.all(unnamed.map((one) => nameJob(node, one)));
    await release();
  };
  whenFlowsStarted(RED, (event) => {
    const isDeleted = event?.diff !== undefined && !isInFlows(RED, node.id);
    if (isDeleted) setTimeout(() => void cancelAll(), first.opened.cancelAfter).unref();
    else void nameAll();
  });
}

/** Says under which id the service took a job whose submit was under way when its node was closed. Never rejects. */
async function nameJob(node: Node, { job }: LeftBehind): Promise<void> {
  await job.answering;
  if (!job.receipt) return;
  const id = job.receipt.requestId;
  node.warn(`The job that was being submitted when its node was closed is ${id}. It may be finished and billed.`);
}

/** Asks the service to drop a job, and says in the log what came of it. Never rejects. */
export async function cancelJob(node: Node, { job, opened }: LeftBehind, why: string): Promise<void> {
  const { provider } = opened.service;
  await job.answering;
  // Refused, or of unknown outcome: the warning at closing time has said what there is to say.
  if (!job.receipt) return;
  const name = `Job ${knownAs(job, provider) ?? job.id}`;
  try {
    const signal = AbortSignal.timeout(CANCEL_TIMEOUT);
    switch (await repeated(async () => provider.cancel?.(job, signal), CANCEL_RETRIES, signal)) {
      case "requested":
        return node.warn(
          `${name} was cancelled ${why}. If it was running already, it may still be finished and billed.`,
        );
      case "ended":
        return node.warn(`${name} was to be cancelled ${why}, but had ended by then: it is billed.`);
      case "unknown":
        return node.warn(`${name} was to be cancelled ${why}, but the service does not know it any more.`);
    }
  } catch (error) {
    const reason = error instanceof FluxError ? error.message : "the service did not answer in time.";
    node.warn(`${name} could not be cancelled: ${reason} It may still be finished and billed.`);
  }
}

/** Whether a node is in the deployed flows; inside a subflow its id is made of the instance's and its own. */
function isInFlows(RED: NodeAPI, id: string): boolean {
  const ids = new Set<string>();
  RED.nodes.eachNode((node) => ids.add(node.id));
  const isThere = (part: string): boolean =>
    ids.has(part) ||
    [...part.matchAll(/-/g)].some(({ index }) => ids.has(part.slice(0, index)) && isThere(part.slice(index + 1)));
  return isThere(id);
}
