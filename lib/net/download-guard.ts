import { lookup as resolveName } from "node:dns";
import type { LookupFunction } from "node:net";
import { type Billed, FluxError } from "../errors";
import type { DispatcherSettings } from "./dispatcher";
import { BlockedAddress } from "./network-failure";
import { isPrivateHost } from "./private-host";
import { isPublicAddress } from "./public-address";

/** Limits of one download. */
export interface DownloadOptions {
  /**
   * `host:port`, or `host` for the scheme's own port, that may be inside a private network: named by the flow's author,
   * never by a message.
   */
  allowedHosts: readonly string[];
  /** For the error: what may be inside a private network, and where the author says so. A sentence without its full stop. */
  allowedHint?: string;
  maxBytes: number;
  /** For everything, redirects and body included, in ms. */
  timeout: number;
  signal: AbortSignal;
  dispatcherSettings: DispatcherSettings;
  /** What the picture cost, for the error: "yes" unless said otherwise, because results are downloaded. */
  billed?: Billed;
}

/** What may be inside a private network, unless the caller says otherwise. */
export const hintOf = ({ allowedHint }: DownloadOptions): string =>
  allowedHint ?? "Only the account's own address may be inside a private network";

/** @throws FluxError for what can be refused before a connection is made. */
export function checkedUrl(text: string, options: DownloadOptions): URL {
  if (!URL.canParse(text)) {
    throw new FluxError("FLUX_PROVIDER", "A picture could not be downloaded: its address is no URL.", {
      billed: options.billed ?? "yes",
    });
  }
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    // Nothing else of it is told: a data URI is a picture.
    throw new FluxError(
      "FLUX_PROVIDER",
      `A picture could not be downloaded: its address begins with "${url.protocol.slice(0, 40)}", but only http and https are downloaded from.`,
      { billed: options.billed ?? "yes" },
    );
  }
  if (url.username || url.password) {
    throw failed("FLUX_PROVIDER", url, "its address holds a user name or password, which are not sent", options);
  }
  if (isAllowed(url, options)) return url;
  // net.connect does not look up literal addresses, and a proxy looks up names by itself, so what can be told without a
  // look-up is checked here. The parser has normalised 0x7f.1 and such.
  if (isPrivateHost(url.hostname)) {
    throw failed(
      "FLUX_NETWORK",
      url,
      `${url.host} is an address inside a private network. ${hintOf(options)}`,
      options,
    );
  }
  return url;
}

/** Whether the author has named the host. */
export function isAllowed(url: URL, { allowedHosts }: DownloadOptions): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return allowedHosts.some((entry) => {
    const host = entry.trim().toLowerCase();
    return host === url.host || host === `${url.hostname}:${port}`;
  });
}

/** Resolves a name like net.connect's own lookup, and refuses it when one of its addresses is not public. */
export const publicLookup: LookupFunction = (name, options, callback) => {
  resolveName(name, { ...options, all: true }, (error, addresses) => {
    if (error) callback(error, "");
    else if (!addresses.every(({ address }) => isPublicAddress(address))) callback(new BlockedAddress(name), "");
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
  });
};

/** Why a picture could not be downloaded: `why` is a clause. */
export function failed(
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
