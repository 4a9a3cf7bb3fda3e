/** One thing and the least work that could stand in its place, in microseconds of one call. */
export interface Measure {
  name: string;
  ours: number;
  baseline: number;
  /** ours / baseline. */
  ratio: number;
}

const rounds = 5;

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Microseconds per call. */
const timeOf = (work: () => unknown, calls: number): number => {
  const begun = process.hrtime.bigint();
  for (let call = 0; call < calls; call += 1) work();
  return Number(process.hrtime.bigint() - begun) / 1000 / calls;
};

const rounded = (value: number): number => Number(value.toPrecision(3));

/**
 * Times `ours` against `baseline`: after one round to warm up, the medians of five rounds, the two taking turns so that
 * a slow moment of the machine hits both.
 */
export const measure = (name: string, calls: number, ours: () => unknown, baseline: () => unknown): Measure => {
  timeOf(ours, calls);
  timeOf(baseline, calls);
  const times = Array.from({ length: rounds }, () => ({
    ours: timeOf(ours, calls),
    baseline: timeOf(baseline, calls),
  }));
  const our = median(times.map((time) => time.ours));
  const least = median(times.map((time) => time.baseline));
  return { name, ours: rounded(our), baseline: rounded(least), ratio: rounded(our / least) };
};
