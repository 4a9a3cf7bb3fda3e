import type { RootHookObject } from "mocha";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

/**
 * Mocha takes no notice of a rejection that nobody handles; in a real Node-RED each of them ends the process.
 *
 * @throws AggregateError when there has been one since the last call.
 */
export function throwUnhandled(): void {
  if (rejections.length === 0) return;
  const reasons = rejections.splice(0);
  const stacks = reasons.map((reason) => (reason instanceof Error ? reason.stack : String(reason)));
  throw new AggregateError(reasons, `a rejection that nobody handled: ${stacks.join("\n")}`);
}

export const mochaHooks: RootHookObject = {
  afterEach(done) {
    // Node.js tells of a rejection once the promises that were resolved with it have had their turn.
    setImmediate(() => {
      try {
        throwUnhandled();
        done();
      } catch (error) {
        done(error);
      }
    });
  },
};
