import { join } from "node:path";
import type { Sandbox } from "../../sandbox/index";
import type { Addresses } from "../providers/account-kind";
import type { Provider } from "../providers/provider";

/** Where the sandbox inside Node-RED keeps stored objects, in the user directory. */
export const STORE_FOLDER = "flux-sandbox-s3";

let running: Promise<Sandbox> | undefined;
let started: Sandbox | undefined;
let userDirectory: string | undefined;

/** Says where the sandbox may keep what it stores. Of effect before it is started. */
export function keepSandboxIn(directory: string | undefined): void {
  userDirectory = directory;
}

/** Where the sandbox inside this process stands in for a provider. */
export const sandboxAddresses = async (provider: Provider["name"]): Promise<Addresses> =>
  (await sandbox()).addresses[provider];

/** The sandbox's store, and the keys to it. */
export const sandboxStore = async (): Promise<Sandbox["s3"]> => (await sandbox()).s3;

/** `host:port` of the sandbox inside this process, where it runs: its pictures lie there. */
export const sandboxHost = (): string | undefined => started && new URL(started.url).host;

/**
 * It is started by the first account or bucket that needs it and lives as long as the process, because flows hold on to
 * the addresses of its pictures across redeploys.
 */
async function sandbox(): Promise<Sandbox> {
  running ??= import("../../sandbox/index.js").then(({ startSandbox }) =>
    startSandbox({
      unref: true,
      ...(userDirectory !== undefined && { s3Directory: join(userDirectory, STORE_FOLDER) }),
    }),
  );
  try {
    started = await running;
    return started;
  } catch (error) {
    running = undefined;
    throw error;
  }
}
