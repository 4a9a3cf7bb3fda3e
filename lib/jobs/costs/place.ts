import { createHash } from "node:crypto";
import type { Addresses } from "../../providers/account-kind";

/** A service as prices see it. */
interface PricedPlace {
  readonly provider: string;
  readonly environment: string;
  readonly addresses: Addresses;
}

/**
 * Where prices are the same: a service in an environment, at its addresses. The key is left out, because a new key pays
 * what the old one did. Addresses are hashed: they are their owner's business.
 */
export function placeOf(place: PricedPlace): string {
  const known = places.get(place) ?? written(place);
  places.set(place, known);
  return known;
}

/** The jobs of an account share one identity. */
const places = new WeakMap<PricedPlace, string>();

function written({ provider, environment, addresses }: PricedPlace): string {
  const set = Object.entries(addresses).filter(([, address]) => address !== "");
  const text = JSON.stringify(set.sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${provider} ${environment} ${createHash("sha256").update(text).digest("base64url").slice(0, 12)}`;
}
