import type { Sandbox } from "../../sandbox/index";

let running: Promise<Sandbox> | undefined;

/**
 * The base URL of the sandbox inside this process, started by the first account that needs it. It lives as long as the
 * process, because flows hold on to the addresses of its pictures across redeploys.
 */
export async function sandboxBaseUrl(): Promise<string> {
  running ??= import("../../sandbox/index.js").then(({ startSandbox }) => startSandbox({ unref: true }));
  try {
    return `${(await running).url}/v1`;
  } catch (error) {
    running = undefined;
    throw error;
  }
}
