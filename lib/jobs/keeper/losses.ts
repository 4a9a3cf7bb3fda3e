import { knownAs, wasSent } from "../job";
import type { KeptJob } from "./kept-job";

/**
 * Says, in the name of each node, what is lost should the process end now: jobs that are in memory only. Those in the
 * journal come back.
 */
export function warnOfLosses(jobs: Iterable<KeptJob>): void {
  const byNode = new Map<string, KeptJob[]>();
  for (const kept of jobs) {
    const { nodeId, isJournalled } = kept.job;
    if (!isJournalled) byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), kept]);
  }
  for (const own of byNode.values()) warnOfOwn(own);
}

function warnOfOwn(jobs: readonly KeptJob[]): void {
  const warn = (text: string) => jobs[0]?.context?.warn(text);
  const sent = jobs.filter(({ job }) => wasSent(job));
  if (sent.length > 0) {
    const ids = sent.map(nameOf).join(", ");
    warn(
      `Stopped waiting for jobs (${sent.length}) that the service may finish and bill: ${ids}. The account keeps no journal: they are lost unless the flows are started again before Node-RED ends.`,
    );
  }
  const unsent = jobs.filter(({ job }) => job.phase.state === "waiting").flatMap(({ claims }) => claims);
  if (unsent.length > 0) {
    warn(
      `Dropped messages (${unsent.length}) that waited in line, unless the flows are started again before Node-RED ends; nothing was sent for them.`,
    );
  }
}

const nameOf = ({ job, context }: KeptJob): string =>
  (context && knownAs(job, context.service.provider)) ?? "(no id yet)";
