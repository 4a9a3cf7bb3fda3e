import { type DownloadOptions, download } from "../../lib/net/download";
import { type Script, type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { direct } from "./settings";

const servers: ScriptedServer[] = [];

/** A server that `closeServers` ends. */
export async function serve(...script: Parameters<typeof startScriptedServer>): Promise<ScriptedServer> {
  const server = await startScriptedServer(...script);
  servers.push(server);
  return server;
}

/** A server that sends whoever asks somewhere else. */
export const redirecting = (location: string, status = 302): Promise<ScriptedServer> =>
  serve(() => ({ status, headers: { location }, text: "" }) satisfies ReturnType<Script>);

export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await server.close();
}

/** A download that may go nowhere but to the internet. */
export const fetch = (url: string, options: Partial<DownloadOptions> = {}): Promise<Buffer> =>
  download(url, {
    allowedHosts: [],
    maxBytes: 1_000_000,
    timeout: 10_000,
    signal: new AbortController().signal,
    dispatcherSettings: direct,
    ...options,
  });

/** Allows servers of this machine. */
export const allowing = (...allowed: ScriptedServer[]): Pick<DownloadOptions, "allowedHosts"> => ({
  allowedHosts: allowed.map(({ port }) => `127.0.0.1:${port}`),
});
