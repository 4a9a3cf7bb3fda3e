/**
 * Members of a message that a tool's node fills or passes on itself, or that would make the next node do something else,
 * so that its result cannot go there.
 */
export const takenProperties: ReadonlySet<string> = new Set([
  "image",
  "job",
  "flux",
  "fluxOrigins",
  "idempotencyKey",
  "cancel",
  "resume",
  "_msgid",
  "req",
  "res",
]);
