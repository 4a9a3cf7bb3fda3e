import { isIP } from "node:net";
import { isPublicAddress } from "./public-address";

/** Endings that are never registered on the internet: RFC 6762 with its appendix G, RFC 6761, RFC 8375, and custom. */
const LOCAL_ENDING = /\.(local|internal|intranet|private|corp|home|lan|home\.arpa|localhost|localdomain)$/i;

/**
 * Whether a host, as it stands in a URL, is certainly one of the local network: a private address, a name without a dot
 * (as containers call each other), or a name with an ending that the internet does not have.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|[\].]$/g, "");
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes(".") || LOCAL_ENDING.test(host);
}
