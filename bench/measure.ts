import { type Figure, inTurns, rounded } from "./figure";

/** Microseconds per call. */
const timeOf = (work: () => unknown, calls: number): number => {
  const begun = process.hrtime.bigint();
  for (let call = 0; call < calls; call += 1) work();
  return Number(process.hrtime.bigint() - begun) / 1000 / calls;
};

/** Times `ours` against `baseline`, in microseconds of one call. */
export async function measure(
  name: string,
  calls: number,
  ours: () => unknown,
  baseline: () => unknown,
): Promise<Figure> {
  const times = await inTurns({ ours: () => timeOf(ours, calls), baseline: () => timeOf(baseline, calls) });
  return {
    measure: name,
    reached: rounded(times.ours / times.baseline),
    unit: "x",
    from: `ours ${rounded(times.ours)} us, the baseline ${rounded(times.baseline)} us`,
  };
}
