/** One line of the table: what was reached, and what was to be reached. */
export interface Figure {
  /** What was measured, in words of the table. */
  measure: string;
  /** What was reached, in `unit`; "x" is a ratio to something measured beside it. */
  reached: number;
  unit: "x" | "us" | "ms" | "s" | "kB" | "MB";
  /** The most that it may be; absent of what is only told. */
  atMost?: number;
  /** The figures behind it: "ours 121 us, the minimal node 73 us". */
  from: string;
}

const ROUNDS = 5;

/** The value in the middle. */
export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** To three digits, as figures are told. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/**
 * The medians of what contenders give: after one round to warm up, five rounds in which they take turns, so that a slow
 * moment of the machine hits all of them.
 */
export async function inTurns<Name extends string>(
  contenders: Record<Name, () => Promise<number> | number>,
  rounds = ROUNDS,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const value = await contenders[name]();
      if (round > 0) values.get(name)?.push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(values.get(name) ?? [])])) as Record<Name, number>;
}
