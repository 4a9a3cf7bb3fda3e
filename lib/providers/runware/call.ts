import type { Closing } from "../../closing";
import type { HttpAnswer, Send } from "../../net/http";
import type { Signal } from "../../signal";
import { withoutKey } from "../quote";
import { readAnswer, type ServiceAnswer } from "./answer";

/** One POST of serialised tasks, or of a body that has them already. Rejects with a NetworkFailure, or with the reason of the signal or the closing. */
export type Call = (
  tasks: readonly string[] | Buffer,
  options: { signal: Signal; timeout: number },
) => Promise<ServiceAnswer>;

/** What all calls of a client have in common. */
interface CallOptions {
  baseUrl: string;
  apiKey: string;
  send: Send;
  closing: Closing;
}

/** Binds the service's address and key. The body is always an array, even of one task. */
export function createCall({ baseUrl, apiKey, send, closing }: CallOptions): Call {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    "content-type": "application/json",
    accept: "application/json",
  };
  const url = new URL(baseUrl);
  const read = (answer: HttpAnswer) => readAnswer(withoutKey(answer, apiKey));
  return (tasks, { signal, timeout }) => {
    const body = Buffer.isBuffer(tasks) ? tasks : `[${tasks.join(",")}]`;
    return send({ url, headers, body, signal, closing, timeout }).then(read);
  };
}
