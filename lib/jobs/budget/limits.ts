/** What an account may spend. 0: no limit. */
export interface BudgetLimits {
  /** US dollars. */
  dollarsPerHour: number;
  dollarsPerDay: number;
  picturesPerHour: number;
  picturesPerDay: number;
  /** What one picture is taken to cost while the service has not told a price, in US dollars; 0: not known. */
  pricePerPicture: number;
}

export const NO_LIMITS: BudgetLimits = {
  dollarsPerHour: 0,
  dollarsPerDay: 0,
  picturesPerHour: 0,
  picturesPerDay: 0,
  pricePerPicture: 0,
};

/** The smaller of what several accounts set; 0 sets nothing. */
export function strictest(numbers: readonly number[]): number {
  const set = numbers.filter((number) => number > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}

/** Accounts that share a key and disagree: the smaller limits, and the price at which the budget is used up sooner. */
export function strictestLimits(members: readonly BudgetLimits[]): BudgetLimits {
  const of = (name: keyof BudgetLimits) => members.map((member) => member[name]);
  return {
    dollarsPerHour: strictest(of("dollarsPerHour")),
    dollarsPerDay: strictest(of("dollarsPerDay")),
    picturesPerHour: strictest(of("picturesPerHour")),
    picturesPerDay: strictest(of("picturesPerDay")),
    pricePerPicture: Math.max(0, ...of("pricePerPicture")),
  };
}

/** Whether anything is limited. */
export const isLimited = ({ limits }: { limits: BudgetLimits }): boolean =>
  limits.dollarsPerHour > 0 || limits.dollarsPerDay > 0 || limits.picturesPerHour > 0 || limits.picturesPerDay > 0;
