import type { Closing } from "../../closing";
import type { OutgoingRequest, Send } from "../../net/http";
import { NetworkFailure } from "../../net/network-failure";
import { withoutKey } from "../quote";
import { type FalAnswer, readAnswer } from "./answer";
import type { FalAddresses } from "./context";

/** A request to one of fal's services. */
interface FalRequest extends Pick<OutgoingRequest, "method" | "signal" | "timeout" | "maxBytes"> {
  url: string;
  /** The body. */
  json?: string;
}

/** Rejects with a NetworkFailure when not even the head of an answer came, or with the reason of the signal or the closing. */
export type Call = (request: FalRequest) => Promise<FalAnswer>;

/** What all calls of a client have in common. */
interface CallOptions {
  addresses: FalAddresses;
  apiKey: string;
  send: Send;
  closing: Closing;
}

/** Binds the key, which travels to the three addresses and nowhere else. */
export function createCall({ addresses, apiKey, send, closing }: CallOptions): Call {
  const origins = new Set(Object.values(addresses).map((address) => new URL(address).origin));
  const headers = { authorization: `Key ${apiKey}`, accept: "application/json" };
  const withBody = { ...headers, "content-type": "application/json" };
  return async ({ url: address, method, json: body, signal, timeout, maxBytes }) => {
    const url = new URL(address);
    if (!origins.has(url.origin)) throw new Error("a request with a key to an address that is not fal's");
    try {
      const answer = await send({
        url,
        method,
        headers: body === undefined ? headers : withBody,
        body,
        signal,
        closing,
        timeout,
        maxBytes,
      });
      // An address to upload to that holds the key is told from others by that, and not used.
      const isPlace = answer.status < 300 && address.startsWith(addresses.restUrl);
      return readAnswer(isPlace ? answer : withoutKey(answer, apiKey));
    } catch (error) {
      // The head may name the job although the rest was lost.
      if (error instanceof NetworkFailure && error.head)
        return readAnswer(withoutKey({ ...error.head, text: "" }, apiKey), error);
      throw error;
    }
  };
}
