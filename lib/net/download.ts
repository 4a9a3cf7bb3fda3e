import { lookup as resolveName } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import type { Dispatcher } from "undici";
import { type Billed, FluxError } from "../errors";
import { createDispatcher, type DispatcherSettings, type TlsSettings } from "./dispatcher";
import { exchangeBytes, type RawAnswer } from "./http";
import { BlockedAddress, NetworkFailure } from "./network-failure";
import { isPublicAddress } from "./public-address";

/** Limits of one download. */
export interface DownloadOptions {
  /**
   * `host:port`, or `host` for the scheme's own port, that may be inside a private network: named by the flow's author,
   * never by a message.
   */
  allowedHosts: readonly string[];
  maxBytes: number;
  /** For everything, redirects included, in ms. */
  timeout: number;
  signal: AbortSignal;
  dispatcherSettings: DispatcherSettings;
  /** What the picture cost, for the error: "yes" unless said otherwise, because results are downloaded. */
  billed?: Billed;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches a picture from a URL that somebody else chose. Only http and https; names are resolved and checked at the
 * moment of connecting, so that a name which changes its address between check and use gains nothing; each redirect is
 * checked like the first URL. Nothing that identifies us is sent: no key, no client certificate, no cookie.
 *
 * Through a proxy the proxy resolves names: only literal addresses and localhost can be checked then.
 *
 * @throws FluxError FLUX_NETWORK or FLUX_PROVIDER; its text never holds the query of the URL. The signal's reason when
 *   aborted.
 */
export async function download(url: string, options: DownloadOptions): Promise<Buffer> {
  const endsAt = performance.now() + options.timeout;
  let current = checkedUrl(url, options);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await fetchOnce(current, Math.max(1, endsAt - performance.now()), options);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return contentOf(answer, current, options);
    if (!URL.canParse(location, current)) {
      throw failed("FLUX_PROVIDER", current, "it redirects to something that is no URL", options);
    }
    current = checkedUrl(new URL(location, current).href, options);
  }
  throw failed("FLUX_PROVIDER", current, `it was redirected more than ${MOST_REDIRECTS} times`, options);
}

/** One GET over a connection of its own: what may be connected to depends on this URL's host and port. */
async function fetchOnce(url: URL, timeout: number, options: DownloadOptions): Promise<RawAnswer> {
  const { signal, maxBytes, dispatcherSettings } = options;
  const dispatcher = await createDispatcher({
    ...dispatcherSettings,
    tls: withoutIdentity(dispatcherSettings.tls),
    ...(!isAllowed(url, options) && { lookup: publicLookup }),
  });
  try {
    return await exchangeBytes(dispatcher, {
      url: url.href,
      headers: { accept: "image/*, */*;q=0.5" },
      signal,
      timeout,
      maxBytes,
    });
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const hint = error.kind === "blocked-address" ? `. ${ONLY_THE_ACCOUNT}` : "";
    throw failed("FLUX_NETWORK", url, `${error.message}${hint}`, options, error.passing);
  } finally {
    discard(dispatcher);
  }
}

function contentOf({ status, body }: RawAnswer, url: URL, options: DownloadOptions): Buffer {
  if (status === 200 && body.length > 0) return body;
  if (status === 200) throw failed("FLUX_PROVIDER", url, "the file is empty", options, true);
  const gone = status === 403 || status === 404 || status === 410;
  const meaning = gone
    ? `it is not there any more, or its link has expired (${status})`
    : `its host answered ${status}`;
  throw failed("FLUX_PROVIDER", url, meaning, options, status === 429 || status >= 500);
}

/** @throws FluxError for what can be refused before a connection is made. */
function checkedUrl(text: string, options: DownloadOptions): URL {
  if (!URL.canParse(text)) {
    throw new FluxError("FLUX_PROVIDER", "A picture could not be downloaded: its address is no URL.", {
      billed: options.billed ?? "yes",
    });
  }
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw failed("FLUX_PROVIDER", url, "only http and https are downloaded from", options);
  }
  if (url.username || url.password) {
    throw failed("FLUX_PROVIDER", url, "its address holds a user name or password, which are not sent", options);
  }
  if (isAllowed(url, options)) return url;
  // net.connect does not look up literal addresses, so they are checked here. The parser has normalised 0x7f.1 and such.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if ((isIP(host) && !isPublicAddress(host)) || /^(.*\.)?localhost\.?$/.test(host)) {
    throw failed(
      "FLUX_NETWORK",
      url,
      `${url.host} is an address inside a private network. ${ONLY_THE_ACCOUNT}`,
      options,
    );
  }
  return url;
}

function isAllowed(url: URL, { allowedHosts }: DownloadOptions): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return allowedHosts.some((entry) => {
    const host = entry.trim().toLowerCase();
    return host === url.host || host === `${url.hostname}:${port}`;
  });
}

const ONLY_THE_ACCOUNT = "Only the account's own address may be inside a private network";

/** Resolves a name like net.connect's own lookup, and refuses it when one of its addresses is not public. */
const publicLookup: LookupFunction = (name, options, callback) => {
  resolveName(name, { ...options, all: true }, (error, addresses) => {
    if (error) callback(error, "");
    else if (!addresses.every(({ address }) => isPublicAddress(address))) callback(new BlockedAddress(name), "");
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
  });
};

/** The account's client certificate and server name are for the provider, not for whoever hosts a picture. */
function withoutIdentity(tls: TlsSettings | undefined): TlsSettings {
  return { ca: tls?.ca, rejectUnauthorized: tls?.rejectUnauthorized ?? true };
}

/** Ends the connection without waiting for it. */
function discard(dispatcher: Dispatcher): void {
  dispatcher.destroy().catch(() => {});
}

function failed(
  code: "FLUX_NETWORK" | "FLUX_PROVIDER",
  url: URL,
  why: string,
  options: DownloadOptions,
  retryable = false,
): FluxError {
  // No query (signatures), no user name, no fragment.
  const place = `${url.protocol}//${url.host}${url.pathname}`.slice(0, 200);
  return new FluxError(code, `The picture at ${place} could not be downloaded: ${why}.`, {
    retryable,
    billed: options.billed ?? "yes",
  });
}
