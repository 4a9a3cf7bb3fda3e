/** Money in whole billionths of a US dollar: sums of them do not drift. */
export type Nanodollars = number;

const PER_DOLLAR = 1e9;

export const inNanodollars = (dollars: number): Nanodollars => Math.round(dollars * PER_DOLLAR);

/** "$0.12"; more digits where two would say zero. */
export function asDollars(nanodollars: Nanodollars): string {
  const dollars = nanodollars / PER_DOLLAR;
  const text = dollars >= 0.01 || dollars === 0 ? dollars.toFixed(2) : String(Number(dollars.toPrecision(2)));
  return `$${text}`;
}
