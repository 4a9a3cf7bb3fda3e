import assert from "node:assert/strict";
import type { Flow, Message, Outcome } from "./flow";

/** The message of a job that delivered exactly one. */
export function onlyMessage({ messages, caught }: Outcome): Message {
  assert.equal(caught?.error.message, undefined);
  assert.equal(messages.length, 1);
  const [first] = messages;
  assert.ok(first);
  return first;
}

/** What the Catch node got of a message that was refused before anything reached the service. */
export function refusedMessage(flow: Flow, { messages, caught }: Outcome, code = "FLUX_VALIDATION"): Message {
  assert.ok(caught, "nothing reached the Catch node");
  assert.deepEqual([messages.length, caught.error.code], [0, code], caught.error.message);
  assert.equal(caught.error.cause.billed, "no");
  assert.equal(flow.sandbox.ledger.requests, 0, "a refused request is never sent");
  return caught;
}
