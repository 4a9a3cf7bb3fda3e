import type { Sandbox } from "../../sandbox/index";
import type { Addresses } from "../providers/account-kind";
import type { Provider } from "../providers/provider";

let running: Promise<Sandbox> | undefined;

/**
 * Where the sandbox inside this process stands in for a provider. It is started by the first account that needs it and
 * lives as long as the process, because flows hold on to the addresses of its pictures across redeploys.
 */
export async function sandboxAddresses(provider: Provider["name"]): Promise<Addresses> {
  running ??= import("../../sandbox/index.js").then(({ startSandbox }) => startSandbox({ unref: true }));
  try {
    return (await running).addresses[provider];
  } catch (error) {
    running = undefined;
    throw error;
  }
}
