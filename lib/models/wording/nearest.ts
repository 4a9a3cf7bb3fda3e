/** Edits that turn one word into the other, a swap of two neighbours being one; both already lower case. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (k: number, l: number): number => (k === i ? row[l] : rows[k]?.[l]) ?? Number.POSITIVE_INFINITY;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Number.POSITIVE_INFINITY;
};

/** Longer than any parameter or scheduler; what is longer is no slip of the keyboard. */
const LONGEST = 40;

/** The candidate that a misspelt word was probably meant to be; undefined when none is close. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  if (word.length > LONGEST) return undefined;
  const wanted = word.toLowerCase();
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (!best || edits < best.edits) best = { candidate, edits };
  }
  if (best && best.edits <= Math.max(1, Math.floor(word.length / 3))) return best.candidate;
  return wanted.length < 4 ? undefined : candidates.find((candidate) => candidate.toLowerCase().includes(wanted));
};
