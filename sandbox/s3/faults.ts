import type { Fault, Rehearsal } from "../faults";
import { faultAmong } from "../faults";
import type { Reply, WholeReply } from "../http";
import { S3Refusal } from "./refusal";

/** The connection is to end in the middle of the request. */
export class Disconnection extends Error {}

const byStatus = {
  401: "Unauthorized",
  403: "AccessDenied",
  429: "TooManyRequests",
  500: "InternalError",
  503: "SlowDown",
  504: "GatewayTimeout",
} as const;

/** The store's own refusal with a status. */
export const refusalWith = (status: keyof typeof byStatus): S3Refusal => new S3Refusal(byStatus[status]);

/** Throws the refusal that is to befall a request, if any. */
export function refuseByFault(faults: Rehearsal["calls"][number]): void {
  if (faultAmong(faults, "denied")) throw new S3Refusal("AccessDenied");
  if (faultAmong(faults, "expired-token")) throw new S3Refusal("ExpiredToken");
  if (faultAmong(faults, "clock-skew")) throw new S3Refusal("RequestTimeTooSkewed");
  const full = faultAmong(faults, "full");
  if (full !== undefined) throw new S3Refusal(full.value === "quota" ? "QuotaExceeded" : "InsufficientStorage");
}

/** Content that breaks off in the middle, where the connection does. */
export async function* brokenOff(content: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > length / 2) break;
    yield piece;
  }
  throw new Disconnection("The connection is to break off here.");
}

/** What a fault leaves of the answer to a request that was worked on. */
export function lateS3Reply(fault: Fault | undefined, reply: Reply): Reply {
  if (fault?.kind === "lost-answer") return disconnected;
  if (fault?.kind !== "truncated-json") return reply;
  if (!("pieces" in reply)) return reply.content.length === 0 ? disconnected : { ...reply, ending: "cut" };
  const length = Number(reply.headers?.["content-length"] ?? 0);
  return { ...reply, pieces: firstHalf(reply.pieces, length), ending: "destroy" };
}

export const disconnected: WholeReply = { status: 500, content: "", contentType: "text/plain", ending: "destroy" };

async function* firstHalf(pieces: AsyncIterable<string | Buffer>, length: number): AsyncGenerator<string | Buffer> {
  let left = Math.floor(length / 2);
  for await (const piece of pieces) {
    yield piece.slice(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}
