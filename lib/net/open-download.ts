import { finished } from "node:stream";
import type { Dispatcher } from "undici";
import { createDispatcher, type TlsSettings } from "./dispatcher";
import { checkedUrl, type DownloadOptions, failed, hintOf, isAllowed, publicLookup } from "./download-guard";
import { NetworkFailure } from "./network-failure";
import { type OpenAnswer, openExchange } from "./open-exchange";

/** A picture on its way. */
export interface OpenDownload {
  /**
   * The bytes as they are sent, as fast as they are read; a content encoding stays. Reads once. Whoever leaves off ends
   * the download; whoever never begins keeps its connection until the time is over or the signal aborts.
   */
  body: AsyncIterable<Buffer>;
  /** Bytes, where the host says so. */
  size?: number;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Begins to fetch a picture from a URL that somebody else chose. Only http and https; names are resolved and checked at
 * the moment of connecting, so that a name which changes its address between check and use gains nothing; each redirect
 * is checked like the first URL, and none leads from https to http. Nothing that identifies us is sent: no key, no client certificate, no cookie.
 *
 * Through a proxy the proxy resolves names: only literal addresses and names that are certainly local can be checked then.
 *
 * @throws FluxError FLUX_NETWORK or FLUX_PROVIDER; its text never holds the query of the URL. The signal's reason when
 *   aborted. Reading the body throws the same: when it breaks off, is too large, takes too long or is empty.
 */
export async function openDownload(url: string, options: DownloadOptions): Promise<OpenDownload> {
  const endsAt = performance.now() + options.timeout;
  let current = checkedUrl(url, options);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await fetchOnce(current, Math.max(1, endsAt - performance.now()), options);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return contentOf(answer, current, options);
    answer.body.destroy();
    if (!URL.canParse(location, current)) {
      throw failed("FLUX_PROVIDER", current, "it redirects to something that is no URL", options);
    }
    const next = checkedUrl(new URL(location, current).href, options);
    if (current.protocol === "https:" && next.protocol === "http:" && !isAllowed(next, options)) {
      throw failed("FLUX_PROVIDER", current, "it redirects from https to http, where it could be changed", options);
    }
    current = next;
  }
  throw failed("FLUX_PROVIDER", current, `it was redirected more than ${MOST_REDIRECTS} times`, options);
}

/** One GET over a connection of its own: what may be connected to depends on this URL's host and port. */
async function fetchOnce(url: URL, timeout: number, options: DownloadOptions): Promise<OpenAnswer> {
  const { signal, maxBytes, dispatcherSettings } = options;
  const dispatcher = await createDispatcher({
    ...dispatcherSettings,
    tls: withoutIdentity(dispatcherSettings.tls),
    ...(!isAllowed(url, options) && { lookup: publicLookup }),
  });
  try {
    const answer = await openExchange(dispatcher, {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: "GET",
      headers: { accept: "image/*, */*;q=0.5" },
      body: null,
      signal,
      timeout,
      maxBytes,
    });
    finished(answer.body, () => discard(dispatcher));
    return answer;
  } catch (error) {
    discard(dispatcher);
    throw inWords(error, url, options);
  }
}

function contentOf({ status, headers, body }: OpenAnswer, url: URL, options: DownloadOptions): OpenDownload {
  if (status === 200) {
    const size = headers["content-length"];
    return { body: checkedBody(body, url, options), ...(size !== undefined && { size: Number(size) }) };
  }
  body.destroy();
  const gone = status === 403 || status === 404 || status === 410;
  const meaning = gone
    ? `it is not there any more, or its link has expired (${status})`
    : `its host answered ${status}`;
  throw failed("FLUX_PROVIDER", url, meaning, options, status === 429 || status >= 500);
}

/** Unlike a stream's own, its iterator ends the download at once, even while a piece is awaited. */
function checkedBody(body: OpenAnswer["body"], url: URL, options: DownloadOptions): AsyncIterable<Buffer> {
  let isEmpty = true;
  return {
    [Symbol.asyncIterator]() {
      const pieces: AsyncIterator<Buffer, undefined> = body[Symbol.asyncIterator]();
      return {
        async next() {
          const piece = await pieces.next().catch((error) => {
            throw options.signal.aborted ? options.signal.reason : inWords(error, url, options);
          });
          if (piece.done && isEmpty) throw failed("FLUX_PROVIDER", url, "the file is empty", options, true);
          isEmpty = false;
          return piece;
        },
        async return() {
          body.destroy();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function inWords(error: unknown, url: URL, options: DownloadOptions): unknown {
  if (!(error instanceof NetworkFailure)) return error;
  const hint = error.kind === "blocked-address" ? `. ${hintOf(options)}` : "";
  return failed("FLUX_NETWORK", url, `${error.message}${hint}`, options, error.passing);
}

/** The account's client certificate and server name are for the provider, not for whoever hosts a picture. */
function withoutIdentity(tls: TlsSettings | undefined): TlsSettings {
  return { ca: tls?.ca, rejectUnauthorized: tls?.rejectUnauthorized ?? true };
}

/** Ends the connection without waiting for it. */
function discard(dispatcher: Dispatcher): void {
  dispatcher.destroy().catch(() => {});
}
