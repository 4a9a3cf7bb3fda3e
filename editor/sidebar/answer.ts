import type { ListedJob } from "../../lib/jobs/keeper/listed-job";

export type { ListedJob };

/** What was spent with one key since midnight on the server. */
export interface Spent {
  /** The ids of the account nodes that use it. */
  readonly accounts: readonly string[];
  readonly provider: string;
  readonly environment: string;
  readonly dollars: number;
  /** Jobs of which nobody knows what they, or some of their pictures, did cost. */
  readonly unknown: number;
}

/** What the server says when it is asked for the jobs. */
export interface JobsAnswer {
  /** The server's clock, in ms since 1970: the browser's may be another. */
  readonly now: number;
  readonly jobs: readonly ListedJob[];
  readonly spent: readonly Spent[];
}

/** Whether an answer is one; a proxy in between may answer anything. */
export const isJobsAnswer = (answer: unknown): answer is JobsAnswer =>
  typeof answer === "object" &&
  answer !== null &&
  "jobs" in answer &&
  Array.isArray(answer.jobs) &&
  "spent" in answer &&
  Array.isArray(answer.spent) &&
  "now" in answer;

/** Whether nothing more will become of a job. */
export const hasEnded = ({ state }: ListedJob): boolean => ["done", "failed", "cancelled"].includes(state);
