import { randomUUID } from "node:crypto";
import { amountOf, type CallFaultKind, type Fault, faultAmong } from "./faults";
import type { Format } from "./images/encoding";
import type { Motif } from "./images/paint";
import type { CommonJob, Task } from "./jobs";
import type { SandboxSettings } from "./settings";

/** What a service's endpoint knows of a request that it takes on. */
export interface JobPlan {
  id: string;
  owner: string;
  task: Task;
  drawing: Motif;
  /** 1 to 100. */
  quality: number;
  format: Format;
  /** One for each picture. */
  seeds: readonly bigint[];
  /** Seconds for which the pictures' addresses work. */
  lifetime: number;
  /** US dollars for one picture. */
  price: number;
  /** None of the pictures will come out. */
  failing: boolean;
  /** What is to befall it. */
  faults: readonly Fault<CallFaultKind>[];
}

/** Decides what becomes of a request: how long it takes, which of its pictures fail. It has begun when this returns. */
export function planJob(plan: JobPlan, settings: Readonly<SandboxSettings>): CommonJob {
  const { id, owner, task, drawing, quality, format, seeds, lifetime, price, failing, faults } = plan;
  const now = Date.now();
  const slow = faultAmong(faults, "slow");
  const partial = faultAmong(faults, "partial");
  const nsfw = faultAmong(faults, "nsfw") !== undefined;
  return {
    id,
    owner,
    task,
    drawing,
    quality,
    format,
    acceptedAt: now,
    startedAt: now,
    duration: faultAmong(faults, "never") ? null : slow ? 1000 * slowness(slow) : settings.latency,
    pictures: seeds.map((seed, index) => ({
      id: randomUUID(),
      seed,
      failed: failing || (partial !== undefined && index === seeds.length - 1),
    })),
    nsfw,
    lifetime: faultAmong(faults, "expired-url") ? 0 : 1000 * lifetime,
    price,
  };
}

/** Seconds that a slow call takes. */
export const slowness = (fault: Fault): number => amountOf(fault, 5);

/** US dollars for those of its pictures that come out. */
export const costOf = ({ pictures, price }: CommonJob): number =>
  price * pictures.filter(({ failed }) => !failed).length;
