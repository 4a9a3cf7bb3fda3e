import { randomUUID } from "node:crypto";
import { FluxError } from "../../errors";
import { NetworkFailure } from "../../net/network-failure";
import type { Balance } from "../account-kind";
import { isItem, type ServiceAnswer } from "./answer";
import type { Call } from "./call";
import { lostAnswer, serviceError, unexplainedAnswer } from "./errors";
import { quoter } from "./quote";
import { serialiseTask } from "./wire";

/** Asks for the account's balance: free, and a check of key and connection. */
export async function askBalance(
  { call, apiKey, timeout }: { call: Call; apiKey: string; timeout: number },
  signal: AbortSignal,
): Promise<Balance> {
  const task = serialiseTask("accountManagement", randomUUID(), { operation: "getDetails" });
  let answer: ServiceAnswer;
  try {
    answer = await call([task], { signal, timeout });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "free") : error;
  }
  for (const { balance } of answer.data) {
    if (typeof balance === "number") return { amount: balance, currency: "USD" };
    if (isItem(balance) && typeof balance.amount === "number") {
      return { amount: balance.amount, currency: typeof balance.currency === "string" ? balance.currency : "USD" };
    }
  }
  const context = {
    purpose: "free" as const,
    status: answer.status,
    apiKey,
    quote: quoter(apiKey, []),
    ...(answer.retryAfter !== undefined && { retryAfter: answer.retryAfter }),
  };
  const [stated] = answer.errors;
  if (stated) throw serviceError(stated, context);
  if (!answer.readable || answer.status >= 400) throw unexplainedAnswer(answer, context);
  throw new FluxError("FLUX_PROVIDER", "Runware accepted the key but did not tell the balance.", {
    provider: "runware",
  });
}
