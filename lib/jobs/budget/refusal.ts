import { clockTime } from "../../clock-time";
import { FluxError } from "../../errors";
import { asDollars } from "./money";

/** A limit that a job would exceed. Amounts are in the unit. */
export interface Excess {
  unit: "pictures" | "nanodollars";
  period: "hour" | "day";
  limit: number;
  spent: number;
  reserved: number;
  /** Absent where the cost is not known. */
  wanted: number | undefined;
  /** Ms since 1970, at the latest; absent when it never fits. */
  opensAt: number | undefined;
}

/** The error of a job that the budget has no room for. Nothing was sent. */
export function overBudget(excesses: readonly Excess[], now: number): FluxError {
  const [worst] = [...excesses].sort((one, other) => opening(other) - opening(one));
  if (!worst) throw new Error("no limit stands against the job");
  const { opensAt } = worst;
  if (opensAt === undefined) return new FluxError("FLUX_QUOTA", neverFits(worst));
  return new FluxError(
    "FLUX_QUOTA",
    usedUp(worst, opensAt - now),
    { retryable: true, opensAt: new Date(opensAt).toISOString() },
    opensAt - now,
  );
}

const opening = ({ opensAt = Number.POSITIVE_INFINITY }: Excess): number => opensAt;

const amount = (unit: Excess["unit"], value: number): string => {
  if (unit === "nanodollars") return asDollars(value);
  return value === 1 ? "1 picture" : `${value} pictures`;
};

const limitOf = ({ unit, limit, period }: Excess): string =>
  `${amount(unit, limit)} ${period === "hour" ? "an hour" : "in 24 hours"}`;

const neverFits = (excess: Excess): string =>
  `This request ${excess.unit === "pictures" ? "asks for" : "may cost"} ${amount(excess.unit, excess.wanted ?? 0)}, more than the account's budget of ${limitOf(excess)} ever allows. Ask for less, or raise the limit in the account node. Nothing was sent.`;

function usedUp(excess: Excess, wait: number): string {
  const { unit, spent, reserved, wanted } = excess;
  const held = reserved > 0 ? ` and ${amount(unit, reserved)} reserved for jobs under way` : "";
  const demand =
    wanted === undefined
      ? ""
      : `; this request ${unit === "pictures" ? "asks for" : "may cost"} ${amount(unit, wanted)}`;
  return `The account's budget of ${limitOf(excess)} is used up: ${amount(unit, spent)} spent${held}${demand}. It has room again at ${clockTime(Date.now() + wait)} (in ${duration(wait)}) at the latest. Nothing was sent.`;
}

function duration(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  if (milliseconds < 90_000) return `${Math.ceil(milliseconds / 1000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
