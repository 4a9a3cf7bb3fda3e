/** What all pictures cost together, in US dollars; undefined when one of them has no price. */
export function totalCost(pictures: readonly { cost?: number }[]): number | undefined {
  let total = 0;
  for (const { cost } of pictures) {
    if (cost === undefined) return undefined;
    total += cost;
  }
  // Adding 0.0098 three times must not show as 0.029399999999999996.
  return Math.round(total * 1e9) / 1e9;
}
