import type { DispatcherSettings } from "../../lib/net/dispatcher";

/** Settings of a direct connection, patient enough for a busy machine. */
export const direct: DispatcherSettings = {
  useEnvironmentProxy: false,
  connectTimeout: 5000,
  headersTimeout: 5000,
  bodyTimeout: 5000,
};
