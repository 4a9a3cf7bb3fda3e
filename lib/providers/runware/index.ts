import type { AccountKind } from "../account-kind";

/** Runware's accounts. */
export const runware: AccountKind = {
  provider: "runware",
  title: "Runware",
  // Tasks are POSTed to this very URL.
  baseUrl: "https://api.runware.ai/v1",
  load: async () => {
    const [{ createRunware }, { sandboxPace }] = await Promise.all([import("./client.js"), import("./pace.js")]);
    return ({ sandbox, ...options }) => createRunware({ ...options, ...(sandbox && { pace: sandboxPace }) });
  },
};
