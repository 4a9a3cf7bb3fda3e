import { FluxError } from "../errors";
import { mayCarryKey } from "../net/key-address";
import type { Provider } from "./provider";

/** Whose account it is; `title` is the service's name as it writes it. */
interface Owner {
  provider: Provider["name"];
  title: string;
}

/**
 * An address that keys are sent to. Credentials travel over https only, except to this very machine.
 *
 * @param name of the address, in words.
 * @throws FluxError FLUX_CONFIG when it cannot be used.
 */
export function checkedAddress(text: string, name: string, { provider, title }: Owner): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && !url.username && !url.password && mayCarryKey(url)) return url;
  throw new FluxError(
    "FLUX_CONFIG",
    `The ${name} of the ${title} account cannot be used: it must begin with https:// (http:// only for this machine) and hold no user name or password.`,
    { provider },
  );
}

/**
 * A key goes into a header: no white space, nothing outside ASCII.
 *
 * @throws FluxError FLUX_CONFIG when it cannot be used; the key is not repeated.
 */
export function checkedKey(apiKey: string, { provider, title }: Owner): string {
  const key = apiKey.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const what = key === "" ? "has no API key" : "has an API key with characters that no key has";
  throw new FluxError("FLUX_CONFIG", `The ${title} account ${what}. Enter the key in the account node.`, { provider });
}
