import type { ErrorCause, ErrorCode, FluxError } from "../errors";
import type { Job } from "../jobs/job";
import { publicRequest } from "../models/public-request";
import type { FluxRequest } from "../models/request";

/** An error that did not stop the job, as plain data for `msg.job.errors`. */
export interface ReportedError {
  code: ErrorCode;
  message: string;
  cause: ErrorCause;
}

/** `msg.job`: what was asked, what it cost, how it went. */
export interface JobReport {
  id: string;
  requestId?: string;
  provider: string;
  model: string;
  request: FluxRequest;
  /** Of one whose prompt is not kept any more: `sha256:` and the hex digest of it. */
  promptHash?: string;
  /** When its message was accepted, as an ISO 8601 time: the same however often it is delivered. */
  acceptedAt: string;
  /** US dollars for all pictures; absent when unknown. */
  cost?: number;
  /** Milliseconds before the submit (the account's line, uploads), from there to the answer, and of both. */
  timings: { waiting: number; service: number; total: number };
  attempts: number;
  /** What the job is billed as, in the service's own units, where it says so. */
  billableUnits?: number;
  warnings: string[];
  errors: ReportedError[];
  /** The result came after its job was reported as FLUX_TIMEOUT. */
  late?: boolean;
  /** The message came back after a restart of Node-RED. */
  recovered?: boolean;
}

/** The times of a settled job, in ms. */
function timings({ acceptedAt, submittedAt = acceptedAt, settledAt = submittedAt }: Job): JobReport["timings"] {
  return { waiting: submittedAt - acceptedAt, service: settledAt - submittedAt, total: settledAt - acceptedAt };
}

/** An error as plain data: class instances do not belong on messages. */
export const reported = ({ code, message, cause }: FluxError): ReportedError => ({ code, message, cause });

/** What the report says beside what the job itself knows. */
interface Told {
  provider: string;
  requestId: string | undefined;
  cost: number | undefined;
  billableUnits: number | undefined;
  warnings: string[];
  errors: ReportedError[];
  late: boolean;
  recovered: boolean;
}

/** The report of a settled job, `msg.job`. */
export function reportJob(job: Job, told: Told): JobReport {
  const { provider, requestId, cost, billableUnits, warnings, errors, late, recovered } = told;
  const report: JobReport = {
    id: job.id,
    provider,
    model: job.model,
    request: publicRequest(job.request),
    acceptedAt: new Date(job.acceptedAt).toISOString(),
    timings: timings(job),
    attempts: job.attempts,
    warnings,
    errors,
  };
  // Set one by one: where numbers are spread into an object, V8 takes fifty times as long.
  if (requestId !== undefined) report.requestId = requestId;
  if (job.promptHash !== undefined) report.promptHash = job.promptHash;
  if (cost !== undefined) report.cost = cost;
  if (billableUnits !== undefined) report.billableUnits = billableUnits;
  if (late) report.late = late;
  if (recovered) report.recovered = recovered;
  return report;
}
