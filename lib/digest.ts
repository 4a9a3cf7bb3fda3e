import { webcrypto } from "node:crypto";

/**
 * The SHA-256 of a picture, in hexadecimal. It is made beside the event loop, which tens of megabytes would block for
 * long.
 */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", bytes)).toString("hex");
}
