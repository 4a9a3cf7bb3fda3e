import { clockTime } from "../clock-time";
import type { FluxError } from "../errors";
import type { FluxStatus, NodeAPI } from "./types";

/** The status of a node whose last message failed; `opensAt` says until when messages are held back. */
export function failedStatus(text: NodeAPI["_"], { code, cause }: FluxError): FluxStatus {
  const { opensAt, provider } = cause;
  // The account's own budget, and not the service's word about its credit.
  const isBudget = code === "FLUX_QUOTA" && provider === undefined;
  const parameter = code === "FLUX_VALIDATION" ? shortName(cause.parameter) : undefined;
  const key = isBudget ? budgetKey(opensAt) : parameter === undefined ? code : "FLUX_VALIDATION_AT";
  const time = opensAt === undefined ? "" : clockTime(Date.parse(opensAt));
  return {
    fill: "red",
    shape: "ring",
    text: withoutTranslation(text(`status.error.${key}`, { time, ...(parameter !== undefined && { parameter }) })),
    ...withoutUndefined({ opensAt }),
  };
}

/** A name that fits below a node; others may be whatever a message had for a name. */
const shortName = (parameter = ""): string | undefined =>
  /^\w[\w.[\]]{0,23}$/.test(parameter) ? parameter : undefined;

/** A budget's limits reach back a day at most. */
function budgetKey(opensAt: string | undefined): string {
  if (opensAt === undefined) return "FLUX_QUOTA_NEVER";
  const isToday = new Date(opensAt).toDateString() === new Date().toDateString();
  return isToday ? "FLUX_QUOTA_UNTIL" : "FLUX_QUOTA_UNTIL_TOMORROW";
}

/** i18next would translate what a provider's text nests with `$t(`; taking one out must not leave another. */
export const withoutTranslation = (text: string): string => text.replace(/(\$t)+\(/g, "(");

export const withoutUndefined = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
