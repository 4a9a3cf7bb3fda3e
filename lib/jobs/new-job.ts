import { v4 as uuid } from "uuid";
import type { Delivery, PreparedRequest } from "../models/request";
import { type ValueOrPromise, whenThere } from "../value-or-promise";
import type { Job } from "./job";
import { requestHash } from "./request-hash";

/** What an accepted job is beside its request. */
export interface Acceptance extends Pick<Job, "nodeId" | "home" | "service" | "keeping" | "isJournalled"> {
  delivery: Delivery;
  idempotencyKey?: string;
}

/** The job of a request that may be paid for. Its id is there before anything is sent. */
export function newJob(prepared: PreparedRequest, acceptance: Acceptance): ValueOrPromise<Job> {
  const { model, expected, request, attachments, warnings } = prepared;
  // A tool's request says which one of its kind is meant.
  const runs = model.resultInto !== undefined && typeof request.model === "string" ? request.model : model.id;
  // Written out: what is spread gets a shape of its own in V8, job by job, which costs more than the job itself.
  const { nodeId, home, service, delivery, keeping, isJournalled, idempotencyKey } = acceptance;
  // Only a repeated key asks whether the request is the same: hashing takes its time.
  const hashed = idempotencyKey === undefined ? "" : requestHash(runs, request, attachments);
  return whenThere(hashed, (hash) => ({
    id: uuid(),
    nodeId,
    home,
    service,
    delivery,
    keeping,
    isJournalled,
    idempotencyKey,
    model: runs,
    taskType: model.taskType,
    request,
    attachments,
    expected,
    hash,
    warnings,
    phase: { state: "waiting" },
    attempts: 0,
    acceptedAt: Date.now(),
  }));
}

/** A job that was paid for elsewhere, or long ago, and is to be asked for. */
export const adoptedJob = (
  known: Pick<Job, "id" | "model" | "request" | "receipt" | "expected" | "taskType" | "promptHash">,
  acceptance: Acceptance,
): Job => ({
  ...acceptance,
  ...known,
  attachments: [],
  hash: "",
  warnings: [],
  isAdopted: true,
  phase: { state: "submitted" },
  attempts: 0,
  acceptedAt: Date.now(),
  submittedAt: Date.now(),
});
