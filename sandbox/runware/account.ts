import { balanceOf, type Context } from "../context";
import type { Task } from "../jobs";
import { type Answer, about, answered, refused } from "./answer";

/** accountManagement, operation getDetails: what is left, what was used. */
export function readBalance(task: Task, context: Context): Answer {
  const { taskType, taskUUID, operation } = task;
  if (operation !== "getDetails") {
    return refused({
      code: operation === undefined ? "missingOperation" : "unsupportedOperation",
      message: "The sandbox knows only the operation getDetails.",
      parameter: "operation",
      allowedValues: ["getDetails"],
      ...about(task),
    });
  }
  const amount = balanceOf(context);
  return answered({
    taskType,
    taskUUID,
    operation,
    organizationName: "Sandbox",
    balance: context.settings.balanceAs === "number" ? amount : { amount, freeBalance: 0, currency: "USD" },
    usage: { total: { credits: context.ledger.spent, requests: paidCalls(context) } },
  });
}

const paidCalls = ({ ledger }: Context): number =>
  ledger.calls("imageInference") + ledger.calls("controlNetPreprocess");
