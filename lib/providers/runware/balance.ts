import { randomUUID } from "node:crypto";
import { FluxError } from "../../errors";
import type { Signal } from "../../signal";
import type { Balance } from "../account-kind";
import { type Item, isItem } from "../json";
import { type FreeCall, runFreeTask } from "./free-task";
import { serialiseTask } from "./wire";

/** Asks for the account's balance: free, and a check of key and connection. */
export const askBalance = (how: FreeCall, signal: Signal): Promise<Balance> =>
  runFreeTask(
    how,
    {
      task: serialiseTask("accountManagement", randomUUID(), { operation: "getDetails" }),
      read: balanceIn,
      otherwise: () =>
        new FluxError("FLUX_PROVIDER", "Runware accepted the key but did not tell the balance.", {
          provider: "runware",
        }),
    },
    signal,
  );

/** The service answers a number in some places and an object in others. */
function balanceIn({ balance }: Item): Balance | undefined {
  if (isAmount(balance)) return { amount: balance, currency: "USD" };
  if (!isItem(balance) || !isAmount(balance.amount)) return undefined;
  return { amount: balance.amount, currency: typeof balance.currency === "string" ? balance.currency : "USD" };
}

/** JSON can say `1e400`, which is read as Infinity. */
const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
