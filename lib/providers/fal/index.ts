import type { AccountKind } from "../account-kind";

/** fal's accounts. */
export const fal: AccountKind = {
  provider: "fal",
  title: "fal",
  addresses: { queueUrl: "https://queue.fal.run", runUrl: "https://fal.run", restUrl: "https://rest.fal.ai" },
  // A submit must not meet a connection that the other side is about to close: nobody could tell whether it arrived.
  keepAlive: 3500,
  load: async () => {
    const [{ createFal }, { sandboxPace }] = await Promise.all([import("./client.js"), import("./pace.js")]);
    return ({ addresses: { queueUrl = "", runUrl = "", restUrl = "" }, sandbox, ...options }) =>
      createFal({ ...options, addresses: { queueUrl, runUrl, restUrl }, ...(sandbox && { pace: sandboxPace }) });
  },
};
