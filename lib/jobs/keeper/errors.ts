import { type Billed, FluxError } from "../../errors";
import type { Job } from "../job";

/** A job in line, when its account is not the one any more that it was accepted for. */
export const otherAccount = (): FluxError =>
  new FluxError(
    "FLUX_CONFIG",
    "The account of this node was changed (key, address or environment) while the job waited. It is not sent with another account than the one it was accepted for. Nothing was sent; send the message again.",
    { retryable: true },
  );

/** A job in line that came out of the journal without a part of its request. */
export const cutAddress = (): FluxError =>
  new FluxError(
    "FLUX_STORAGE",
    "Node-RED ended before the request was sent, and the request names a signed address, which is not kept on disk. Nothing was sent; send the message again.",
    { retryable: true },
  );

/** An idempotency key that came with another request before. */
export function otherRequest({ id }: Job): FluxError {
  const problem = `this idempotency key was used for another request before (job ${id})`;
  return new FluxError(
    "FLUX_VALIDATION",
    `The request differs from an earlier one: ${problem}. Use one key for one request. Nothing was sent.`,
    {
      parameter: "msg.idempotencyKey",
      violations: [{ parameter: "msg.idempotencyKey", message: `The request differs: ${problem}.` }],
    },
  );
}

/** What a job ends with whose nodes are gone: nobody is told, but its record says so. */
export const dropped = (why: string, billed: Billed): FluxError =>
  new FluxError("FLUX_CANCELLED", `Nobody waits for this job any more ${why}.`, { billed });

/** An error about one job that says under which id its service knows it. */
export const aboutJob = ({ code, message, cause }: FluxError, { id, receipt, phase }: Job): FluxError => {
  if (phase.state === "waiting") return new FluxError(code, message, cause);
  const requestId = receipt?.requestId ?? id;
  return new FluxError(code, `${message} It is about job ${requestId}, which was sent before and may be billed.`, {
    ...cause,
    requestId,
    billed: "unknown",
  });
};
