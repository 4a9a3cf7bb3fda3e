import { isIPv6, type LookupFunction } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Dispatcher, EnvHttpProxyAgent } from "undici";
import { FluxError } from "../errors";
import { poolFactory } from "./pools";
import { proxyClients } from "./proxy-tunnel";

/** A proxy that the author chose; `noProxy` lists hosts (`host`, `host:port`, `.domain`) that are asked directly. */
interface ProxySettings {
  url: string;
  noProxy?: readonly string[];
  username?: string;
  password?: string;
}

/** What Node's tls takes from a tls-config node. It applies to the service, never to the proxy in between. */
export type TlsSettings = Pick<
  ConnectionOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "rejectUnauthorized" | "servername" | "ALPNProtocols"
>;

/** How requests travel. Times in milliseconds. */
export interface DispatcherSettings {
  proxy?: ProxySettings;
  tls?: TlsSettings;
  /** Without `proxy`: follow HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  useEnvironmentProxy: boolean;
  /** For the TCP and TLS handshake, and for a proxy's answer to CONNECT. */
  connectTimeout: number;
  /** From the last byte sent to the answer's headers. */
  headersTimeout: number;
  /** Between two pieces of the answer's body. */
  bodyTimeout: number;
  /** How long an idle connection is kept, in ms, whatever the other side offers; 4 s when not given. */
  keepAlive?: number;
  /** Resolves the names of direct connections (not of the proxy). */
  lookup?: LookupFunction;
}

/** undici's own default. */
const KEEP_ALIVE = 4000;

/**
 * Creates the connection pool of one account. The caller closes it. undici is loaded by the first call.
 *
 * @throws FluxError FLUX_CONFIG when a proxy's address cannot be used.
 */
export async function createDispatcher(settings: DispatcherSettings): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const { proxy, tls, connectTimeout, headersTimeout, bodyTimeout, keepAlive = KEEP_ALIVE, lookup } = settings;
  const direct = { ...tls, timeout: connectTimeout, ...(lookup && { lookup }) };
  const common = {
    headersTimeout,
    bodyTimeout,
    keepAliveTimeout: keepAlive,
    // A server that promises to keep the connection longer is not believed: the next request may be a paid one.
    keepAliveMaxTimeout: keepAlive,
    connect: direct,
    factory: await poolFactory(),
  };
  // The agent for proxies would read the address of each request, and the environment, to find that there is none.
  if (!proxy && !(settings.useEnvironmentProxy && environmentNamesProxy())) return new Agent(common);

  const throughProxy: EnvHttpProxyAgent.Options = {
    ...common,
    requestTls: { ...tls, timeout: connectTimeout },
    proxyTls: { timeout: connectTimeout },
    clientFactory: await proxyClients(connectTimeout),
    ...(proxy && chosenProxy(proxy)),
  };
  try {
    // A plain ProxyAgent knows no exceptions; this one does, for chosen proxies as for those of the environment.
    return new EnvHttpProxyAgent(throughProxy);
  } catch {
    throw new FluxError(
      "FLUX_CONFIG",
      proxy
        ? "The address of the proxy is not usable. Write it as http://host:port in the http proxy node."
        : "HTTP_PROXY or HTTPS_PROXY in Node-RED's environment is not a usable address. Write it as http://host:port.",
    );
  }
}

/** Whether there may be a proxy: undici looks for one in these, when its agent is made. */
const environmentNamesProxy = ({ http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env): boolean =>
  Boolean(http_proxy || HTTP_PROXY || https_proxy || HTTPS_PROXY);

/** Explicit values win over the environment, empty lists included. */
function chosenProxy({ url, noProxy = [], username, password }: ProxySettings): EnvHttpProxyAgent.Options {
  const exceptions = noProxy.map((entry) => (isIPv6(entry) ? `[${entry}]` : entry.trim()));
  const credentials = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
  return {
    httpProxy: url,
    httpsProxy: url,
    noProxy: exceptions.join(","),
    ...((username || password) && { token: `Basic ${credentials}` }),
  };
}
