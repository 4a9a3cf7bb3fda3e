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

/** A job as it stands now. */
export function listedJob(kept: KeptJob, isParked = false): ListedJob {
  const { id, nodeId, model, service, acceptedAt, submittedAt } = kept.job;
  return {
    id,
    nodeId,
    model,
    provider: service.provider,
    environment: service.environment,
    acceptedAt,
    ...(submittedAt !== undefined && { submittedAt }),
    ...(isParked && { isParked }),
    ...(kept.isRecovered && { isRecovered: true }),
    ...standing(kept),
  };
}

type Standing = Pick<
  ListedJob,
  | "state"
  | "queuePosition"
  | "percent"
  | "endedAt"
  | "cost"
  | "billed"
  | "pictures"
  | "errorCode"
  | "isLate"
  | "isFlagged"
  | "hasThumbnail"
>;

function standing({ job, outcome, overdue, progress, closedAt }: KeptJob): Standing {
  if (outcome) {
    const endedAt = job.settledAt ?? closedAt;
    const ended = endedAt === undefined ? {} : { endedAt };
    return "error" in outcome ? { ...ended, ...failure(outcome.error) } : { ...ended, ...success(outcome, overdue) };
  }
  const nothing = { hasThumbnail: false };
  if (overdue) return { state: "overdue", errorCode: overdue.code, ...nothing };
  if (job.phase.state === "waiting") return { state: "waiting", ...nothing };
  if (job.phase.state === "submitting") return { state: "sending", ...nothing };
  const { queuePosition, percent } = progress ?? {};
  return queuePosition === undefined
    ? { state: "running", ...(percent !== undefined && { percent }), ...nothing }
    : { state: "queued", queuePosition, ...nothing };
}

type Success = Extract<KeptJob["outcome"], { answer: unknown }>;
type Failure = Extract<KeptJob["outcome"], { error: unknown }>;

function success({ answer: { pictures } }: Success, overdue: KeptJob["overdue"]): Standing {
  const cost = totalCost(pictures);
  const isFlagged = pictures[0]?.nsfw === true;
  return {
    state: "done",
    ...(cost !== undefined && { cost }),
    pictures: pictures.length,
    ...(overdue && { isLate: true }),
    ...(isFlagged && { isFlagged }),
    // Of one that was taken from the journal, pictures that came inside the answer went with their messages.
    hasThumbnail: pictures[0] !== undefined && contentOf(pictures[0]) !== undefined && !isFlagged,
  };
}

/** Where a picture is, or what it is: an address, base64 or a data URI. */
const contentOf = ({ url, base64, dataURI }: AnsweredPicture): string | undefined => url ?? base64 ?? dataURI;

const failure = ({ code, cause }: Failure["error"]): Standing => ({
  state: code === "FLUX_CANCELLED" ? "cancelled" : "failed",
  errorCode: code,
  billed: cause.billed,
  hasThumbnail: false,
});
