import assert from "node:assert/strict";
import { type FlowOptions, type Message, startFlow } from "../flow";
import { refusedMessage } from "../outcomes";

/** What stands where nobody may look. */
export const thrown = (): never => {
  throw new Error("looked at");
};

/** A message like that one, with a member that is computed when it is read: it throws. */
export const unreadable = (message: object, name: string): Record<string, unknown> =>
  Object.defineProperty({ ...message }, name, { enumerable: true, configurable: true, get: thrown });

/**
 * Sends a message to a node that must refuse it for one reason, before anything reaches a service.
 * @returns the error that Catch nodes get.
 */
export async function refusalOf(options: FlowOptions, message: object): Promise<Message["error"]> {
  const flow = await startFlow(options);
  const caught = flow.nextCaught();
  flow.receive(message as Record<string, unknown>);
  const { error } = refusedMessage(flow, { messages: [], caught: await caught });
  assert.equal(error.cause.violations.length, 1);
  return error;
}
