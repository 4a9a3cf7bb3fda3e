import type { Job } from "../../lib/jobs/job";

/** A job that is about to be sent. */
export const aJob = (more: Partial<Job> = {}): Job => ({
  id: "8a0b4f1e-54b6-4c80-9d3c-0f7e5a3a1a11",
  nodeId: "n",
  home: "flows.json",
  service: { provider: "runware", environment: "production", addresses: {}, key: "salt:hash" },
  model: "runware:111@1",
  request: {},
  attachments: [],
  expected: 1,
  phase: { state: "submitting" },
  attempts: 0,
  acceptedAt: Date.now(),
  submittedAt: Date.now(),
  hash: "",
  warnings: [],
  keeping: { results: 0, absent: 0, deleted: 0 },
  isJournalled: false,
  ...more,
});
