import { RecentMap } from "../../recent-map";

/** A text in which JSON escapes nothing: JSON.stringify takes several times as long to find that out. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** A text as JSON. */
export const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** Names of members as they were written last: jobs and most messages have the same. */
const labels = new RecentMap<string, string>(1000);

/** Longer names are not remembered. */
const LONGEST_LABEL = 100;

/** What is before a member's value in JSON: its name and a colon. */
export function labelOf(name: string): string {
  const known = labels.get(name);
  if (known !== undefined) return known;
  const label = `${quoted(name)}:`;
  if (name.length <= LONGEST_LABEL) labels.set(name, label);
  return label;
}
