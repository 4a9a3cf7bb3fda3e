import { editorLanguage } from "../language";
import type { Translate } from "../node-red";
import type { ListedJob } from "./answer";

/** A job's state, with an icon that says the same. */
export interface StateInWords {
  icon: string;
  text: string;
}

/** A job's state in words. */
export function stateOf(job: ListedJob, t: Translate): StateInWords {
  const say = (icon: string, key: string, values?: Record<string, unknown>): StateInWords => ({
    icon,
    text: t(`sidebar.state.${key}`, values),
  });
  if (job.isParked && job.state !== "done") return say("pause", "away");
  switch (job.state) {
    case "waiting":
      return say("hourglass-start", "waiting");
    case "sending":
      return say("upload", "sending");
    case "queued":
      return job.queuePosition ? say("list-ol", "queued", { count: job.queuePosition }) : say("list-ol", "next");
    case "running":
      return !job.percent ? say("cog", "running") : say("cog", "percent", { percent: Math.round(job.percent) });
    case "overdue":
      return say("clock-o", "overdue");
    case "done":
      return say("check", job.pictures === 1 ? "done_one" : "done_other", { count: job.pictures ?? 0 });
    case "cancelled":
      return say("ban", "cancelled");
    case "failed":
      return say("times-circle", "failed", { error: errorOf(job, t) });
  }
}

function errorOf({ errorCode = "FLUX_PROVIDER", submittedAt }: ListedJob, t: Translate): string {
  // What was not sent was not refused by its service.
  const isOwnBudget = errorCode === "FLUX_QUOTA" && submittedAt === undefined;
  return t(`status.error.${isOwnBudget ? "FLUX_QUOTA_NEVER" : errorCode}`);
}

/** What a job did cost, in words; empty while that is not decided. */
export function costOf({ state, cost, billed, environment }: ListedJob, t: Translate): string {
  if (cost !== undefined) return amountOf(cost, environment, t);
  if (state === "done") return t("sidebar.unknownCost");
  return billed === undefined ? "" : t(`sidebar.billed.${billed}`);
}

/** An amount of US dollars; what a sandbox charges is none. */
export const amountOf = (dollars: number, environment: string, t: Translate): string =>
  t(environment === "sandbox" ? "sidebar.playMoney" : "sidebar.money", { amount: inDigits(dollars) });

/** Two digits like a price tag, more where a price has more: 0.0098, 1.50. */
function inDigits(dollars: number): string {
  if (dollars === 0 || dollars >= 1) return dollars.toFixed(2);
  const digits = Number(dollars.toPrecision(3)).toFixed(12).replace(/0+$/, "");
  return digits.padEnd("0.00".length, "0");
}

/** How long a job has taken, or did take; for one that has ended also when that was. */
export function timeOf({ acceptedAt, endedAt }: ListedJob, now: number, t: Translate): string {
  const duration = inUnits(Math.max(0, Math.round(((endedAt ?? now) - acceptedAt) / 1000)), t);
  return endedAt === undefined ? duration : t("sidebar.ended", { duration, time: clockTime(endedAt, now) });
}

function inUnits(all: number, t: Translate): string {
  const seconds = all % 60;
  const minutes = Math.floor(all / 60);
  if (minutes === 0) return t("sidebar.seconds", { seconds });
  if (minutes < 60) return t("sidebar.minutes", { minutes, seconds });
  return t("sidebar.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** As people write it where they are; with its date when that is another day. */
function clockTime(at: number, now: number): string {
  const [time, today] = [new Date(at), new Date(now)];
  const clock = { hour: "2-digit", minute: "2-digit" } as const;
  const isToday = time.toDateString() === today.toDateString();
  return time.toLocaleString(editorLanguage(), isToday ? clock : { ...clock, day: "numeric", month: "short" });
}
