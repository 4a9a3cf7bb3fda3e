/** Members of a message that a tool's node fills or passes on itself, so that its result cannot go there. */
export const takenProperties: ReadonlySet<string> = new Set([
  "image",
  "job",
  "flux",
  "fluxOrigins",
  "_msgid",
  "req",
  "res",
]);
