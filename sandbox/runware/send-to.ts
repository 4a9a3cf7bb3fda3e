import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** How long a receiver may take, in milliseconds. */
const patience = 5000;

/** Sends bytes to an address on this machine. Resolves with whether the receiver took them. */
export function sendTo(
  address: string,
  method: "PUT" | "POST",
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const isSecure = new URL(address).protocol === "https:";
    const options = {
      method,
      headers: { ...headers, "content-length": body.length },
      signal,
      agent: false,
      timeout: patience,
      // Only this machine's own servers are sent to, and those sign their certificates themselves.
      rejectUnauthorized: false,
    } as const;
    const outgoing = (isSecure ? requestHttps : requestHttp)(address, options, (response) => {
      const { statusCode = 0 } = response;
      response.resume();
      response.on("error", () => {});
      response.on("close", () => resolve(response.complete && statusCode >= 200 && statusCode < 300));
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve(false));
    outgoing.end(body);
  });
}
