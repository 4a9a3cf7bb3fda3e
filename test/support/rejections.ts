import type { RootHookObject } from "mocha";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

/**
 * Mocha takes no notice of a rejection that nobody handles; in a real Node-RED each of them ends the process.
 *
 * @throws AggregateError when there has been one since the last call.
 */
export function throwUnhandled(): void {
  if (rejections.length > 0) throw new AggregateError(rejections.splice(0), "a rejection that nobody handled");
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
