import type { FluxError } from "../../errors";
import type { Progress } from "../../providers/provider";
import { Stop } from "../../signal";
import type { Reservation } from "../budget/budget";
import type { Job, Outcome } from "../job";
import type { Claim } from "./claim";
import type { RunContext } from "./run-context";

/** What became of the node that a job is for. */
export interface Absence {
  /** A deploy deleted it, at this time (ms since 1970). */
  deletedAt?: number;
  /** It is not in the flows of the active flow file, since then. */
  since?: number;
  /** The flow file that it is in now, where that is not the one that the job was accepted in: a file may be renamed. */
  home?: string;
  /** How long it was absent before that, in ms: the time in which another flow file was active does not count. */
  before: number;
}

/** A job that the keeper has in hand, from acceptance until the last of its messages has had its result. */
export interface KeptJob {
  readonly job: Job;
  readonly claims: Claim[];
  /** Aborts its run: with PARKED, because its node is away, or with the error that it ends with. */
  abort: Stop;
  /** Its run, while it is under way. */
  running?: Promise<void> | undefined;
  /** What it was last run with. */
  context?: RunContext | undefined;
  /** It could not be written down, so it was never accepted; nothing of it is to be kept. */
  isVoid?: boolean;
  /** It came back after a restart. */
  isRecovered?: boolean;
  /** What its service last said of it, while it ran. */
  progress?: Progress;
  /** It had been closed, and only serves messages that came later. */
  isReopened?: boolean;
  /** When that was, in ms since 1970: its record does not grow younger by being used. */
  closedAt?: number;
  /** Brings the pictures of its request back, while they are in the journal only. */
  bringBack?: () => Promise<void>;
  /** The journal does not hold its whole request: a signed address in it was cut. */
  isCut?: boolean;
  /** Once a paid request of it may be under way; `heard` resolves when it was answered, or will not be. */
  sending?: { readonly heard: Promise<void>; readonly end: () => void } | undefined;
  reservation?: Reservation | undefined;
  outcome?: Outcome;
  /** FLUX_TIMEOUT: the deadline has passed, and the result may still come. */
  overdue?: FluxError;
  absence: Absence;
}

export const keptJob = (job: Job): KeptJob => ({
  job,
  claims: [],
  abort: new Stop(),
  absence: { before: 0 },
  // What nearly every job gets, so that it has its place from the beginning.
  context: undefined,
  running: undefined,
  reservation: undefined,
  sending: undefined,
});

/** Why a run is broken off whose job is to be run again later. */
export const PARKED = new Error("the job waits for its node");

/** Whether a job has its outcome, or gets it now: while that is being written down, it cannot have another one. */
export const hasOutcome = ({ job, outcome }: KeptJob): boolean =>
  outcome !== undefined || job.phase.state === "settled";

/** The messages of one node that wait for a job. */
export const claimsOf = ({ claims }: KeptJob, nodeId: string): Claim[] =>
  claims.filter((claim) => claim.nodeId === nodeId);

/** A message does not wait for its job any more. */
export function dropClaim({ claims }: KeptJob, claim: Claim): void {
  const place = claims.indexOf(claim);
  if (place >= 0) claims.splice(place, 1);
}
