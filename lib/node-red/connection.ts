import { FluxError } from "../errors";
import type { DispatcherSettings } from "../net/dispatcher";
import type { ConnectionChoice } from "./account";
import type { Node, NodeAPI } from "./types";

/** The fields of core's `http proxy` config node that we read. */
interface ProxyNode extends Node<{ username?: string; password?: string }> {
  url?: string;
  noproxy?: string[];
}

/** The part of core's `tls-config` node that we call. */
interface TlsNode extends Node {
  /** False when its files could not be read; it would then add next to nothing. */
  valid?: boolean;
  addTLSOptions?: (options: Record<string, unknown>) => Record<string, unknown>;
}

/** The ids of the proxy and TLS nodes that a config node names; empty or absent: none. */
export interface ConnectionIds {
  proxy?: string;
  tls?: string;
}

/**
 * How an account's requests travel: through the proxy node it names, else as Node-RED's settings say, else as the
 * environment says.
 *
 * @throws FluxError FLUX_CONFIG when a selected proxy or TLS node is missing or disabled: the author wanted it used, so
 * there is no direct connection instead.
 */
export function connectionSettings(RED: NodeAPI, { proxy, tls }: ConnectionIds, baseUrl: string): ConnectionChoice {
  return {
    ...(tls && { tls: tlsOptions(RED, tls) }),
    ...(proxy ? { proxy: proxyFromNode(RED, proxy) } : proxyFromSettings(RED, baseUrl)),
  };
}

function proxyFromNode(RED: NodeAPI, id: string): NonNullable<DispatcherSettings["proxy"]> {
  const node = RED.nodes.getNode(id) as ProxyNode | null;
  // Whoever may test an account names any node here: what another one stores is no proxy's password.
  if (node?.type !== "http proxy" || !node.url) throw missing("proxy");
  const { username, password } = node.credentials ?? {};
  return {
    url: node.url,
    noProxy: node.noproxy ?? [],
    ...(username && { username }),
    ...(password && { password }),
  };
}

function tlsOptions(RED: NodeAPI, id: string): Record<string, unknown> {
  const node = RED.nodes.getNode(id) as TlsNode | null;
  if (node?.type !== "tls-config" || !node.addTLSOptions || node.valid === false) throw missing("TLS configuration");
  return node.addTLSOptions({});
}

/**
 * `proxyOptions.env` in settings.js replaces the environment, as it does for core's http request node: the variable of
 * the address's own scheme, else the one for all, in small or capital letters.
 */
function proxyFromSettings(RED: NodeAPI, baseUrl: string): Pick<DispatcherSettings, "proxy"> {
  const options: unknown = (RED.settings as { proxyOptions?: unknown }).proxyOptions;
  const env = isRecord(options) && isRecord(options.env) ? options.env : {};
  const read = (name: string): string | undefined =>
    [env[name], env[name.toUpperCase()]].find((value) => typeof value === "string" && value !== "") as
      | string
      | undefined;
  const scheme = new URL(baseUrl).protocol.replace(":", "");
  const url = read(`${scheme}_proxy`) ?? read("all_proxy");
  if (url === undefined) return {};
  const noProxy = (read("no_proxy") ?? "").split(/[\s,]+/).filter(Boolean);
  return { proxy: { url: url.includes("://") ? url : `${scheme}://${url}`, noProxy } };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const missing = (what: string): FluxError =>
  new FluxError(
    "FLUX_CONFIG",
    `The ${what} that the config node names is missing, disabled or not usable. Mend it, or select another one or none. Nothing was sent.`,
  );
