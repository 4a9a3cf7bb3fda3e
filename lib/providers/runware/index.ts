import type { AccountKind } from "../account-kind";

/** Runware's accounts. */
export const runware: AccountKind = {
  provider: "runware",
  title: "Runware",
  // Tasks are POSTed to this very URL.
  addresses: { baseUrl: "https://api.runware.ai/v1" },
  // Polls are at most 5 s apart.
  keepAlive: 15_000,
  load: async () => {
    const [{ createRunware }, { sandboxPace }] = await Promise.all([import("./client.js"), import("./pace.js")]);
    return ({ addresses: { baseUrl = "" }, sandbox, ...options }) =>
      createRunware({ ...options, baseUrl, ...(sandbox && { pace: sandboxPace }) });
  },
};
