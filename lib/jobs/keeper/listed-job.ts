import type { Billed, ErrorCode } from "../../errors";
import type { AnsweredPicture } from "../../providers/provider";
import { totalCost } from "../total-cost";
import type { KeptJob } from "./kept-job";

/** Where a job stands, as somebody reads it who looks at a list. */
type ListedState = "waiting" | "sending" | "queued" | "running" | "overdue" | "done" | "failed" | "cancelled";

/** A job as a list shows it: plain data, without its request, its keys, or words of its service. Times in ms since 1970. */
export interface ListedJob {
  readonly id: string;
  readonly nodeId: string;
  readonly model: string;
  readonly provider: string;
  readonly environment: string;
  readonly state: ListedState;
  /** Jobs ahead of it at its service. */
  readonly queuePosition?: number;
  readonly percent?: number;
  readonly acceptedAt: number;
  readonly submittedAt?: number;
  readonly endedAt?: number;
  /** US dollars; absent when unknown. */
  readonly cost?: number;
  /** Of one that ended without a picture. */
  readonly billed?: Billed;
  readonly pictures?: number;
  readonly errorCode?: ErrorCode;
  /** None of its nodes is there: it is disabled, or away. */
  readonly isParked?: true;
  /** It came back after a restart. */
  readonly isRecovered?: true;
  /** Its result came after its deadline. */
  readonly isLate?: true;
  /** Its first picture was flagged, and is not shown. */
  readonly isFlagged?: true;
  /** There is a picture to make a thumbnail of, as far as is known without trying. */
  readonly hasThumbnail: boolean;
}

/** While it is put together: member by member, since V8 takes many times as long to spread numbers into an object. */
type Listing = { -readonly [Fact in keyof ListedJob]: ListedJob[Fact] };

/** A job as it stands now. */
export function listedJob(kept: KeptJob, isParked = false): ListedJob {
  const { job, outcome, overdue, progress, closedAt } = kept;
  const { id, nodeId, model, acceptedAt, submittedAt } = job;
  const { provider, environment } = job.service;
  const state = stateOf(kept);
  const listed: Listing = { id, nodeId, model, provider, environment, acceptedAt, state, hasThumbnail: false };
  if (submittedAt !== undefined) listed.submittedAt = submittedAt;
  if (isParked) listed.isParked = true;
  if (kept.isRecovered) listed.isRecovered = true;
  if (outcome) {
    const endedAt = job.settledAt ?? closedAt;
    if (endedAt !== undefined) listed.endedAt = endedAt;
    if ("error" in outcome) tellFailure(listed, outcome);
    else tellSuccess(listed, outcome, overdue !== undefined);
  } else if (overdue) listed.errorCode = overdue.code;
  else if (state === "queued") listed.queuePosition = progress?.queuePosition;
  else if (state === "running" && progress?.percent !== undefined) listed.percent = progress.percent;
  return listed;
}

function stateOf({ job, outcome, overdue, progress }: KeptJob): ListedState {
  if (outcome) {
    if ("answer" in outcome) return "done";
    return outcome.error.code === "FLUX_CANCELLED" ? "cancelled" : "failed";
  }
  if (overdue) return "overdue";
  if (job.phase.state === "waiting") return "waiting";
  if (job.phase.state === "submitting") return "sending";
  return progress?.queuePosition === undefined ? "running" : "queued";
}

type Success = Extract<KeptJob["outcome"], { answer: unknown }>;
type Failure = Extract<KeptJob["outcome"], { error: unknown }>;

function tellSuccess(listed: Listing, { answer: { pictures } }: Success, isLate: boolean): void {
  const [first] = pictures;
  const cost = totalCost(pictures);
  const isFlagged = first?.nsfw === true;
  if (cost !== undefined) listed.cost = cost;
  listed.pictures = pictures.length;
  if (isLate) listed.isLate = true;
  if (isFlagged) listed.isFlagged = true;
  // Of one that was taken from the journal, pictures that came inside the answer went with their messages.
  listed.hasThumbnail = first !== undefined && contentOf(first) !== undefined && !isFlagged;
}

/** Where a picture is, or what it is: an address, base64 or a data URI. */
const contentOf = ({ url, base64, dataURI }: AnsweredPicture): string | undefined => url ?? base64 ?? dataURI;

function tellFailure(listed: Listing, { error: { code, cause } }: Failure): void {
  listed.errorCode = code;
  listed.billed = cause.billed;
}
