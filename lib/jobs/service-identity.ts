import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Addresses } from "../providers/account-kind";

/** What an account was when a job was accepted for it. It gives no key away and can be kept with the job. */
export interface ServiceIdentity {
  readonly provider: string;
  readonly environment: string;
  /** Those that it uses; of the sandbox inside Node-RED, which has another port after each start, none. */
  readonly addresses: Addresses;
  /** `<salt>:<hash>` of the key. */
  readonly key: string;
}

/** What an account is now. */
export interface PresentService {
  provider: string;
  environment: string;
  addresses: Addresses;
  apiKey: string;
}

/** One salt for a process: the fingerprints of two users' journals cannot be compared, and none can be looked up. */
const salt = randomBytes(12).toString("base64url");

const hashed = (apiKey: string, withSalt: string): string =>
  createHash("sha256").update(`${withSalt}:${apiKey}`).digest("base64url");

/** The identity of an account as it is now. */
export const identityOf = ({ apiKey, ...place }: PresentService): ServiceIdentity => ({
  ...place,
  key: `${salt}:${hashed(apiKey, salt)}`,
});

/** Whether an account is still the one that a job was accepted for: same service, environment, addresses and key. */
export function isSameService(kept: ServiceIdentity, present: PresentService): boolean {
  return (
    kept.provider === present.provider &&
    kept.environment === present.environment &&
    sameAddresses(kept.addresses, present.addresses) &&
    isKey(kept.key, present.apiKey)
  );
}

const sameAddresses = (one: Addresses, other: Addresses): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);

function isKey(fingerprint: string, apiKey: string): boolean {
  const [withSalt = "", hash = ""] = fingerprint.split(":");
  const expected = Buffer.from(hashed(apiKey, withSalt));
  const given = Buffer.from(hash);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
