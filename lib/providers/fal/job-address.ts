import { type Item, isItem } from "../json";
import type { Receipt, Task } from "../provider";
import { readRequestId } from "./answer";

/** What a job can be asked at. */
type Purpose = "status" | "response" | "cancel";

/** As fal's answer to a submit names them. */
const MEMBERS: Readonly<Record<Purpose, string>> = {
  status: "status_url",
  response: "response_url",
  cancel: "cancel_url",
};

const SUFFIXES: Readonly<Record<Purpose, string>> = { status: "/status", response: "", cancel: "/cancel" };

const LONGEST = 1000;

/** The addresses that came with a receipt, as they came: they are checked when they are used. */
export function addressesIn(body: Item): NonNullable<Receipt["addresses"]> {
  return Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([purpose, member]) => {
      const address = body[member];
      return typeof address === "string" && address.length <= LONGEST ? [[purpose, address]] : [];
    }),
  );
}

/**
 * Where an accepted job is asked for: at the address that fal gave, if it is part of the configured one, else at the
 * documented one, which names the app without the endpoint below it (`fal-ai/flux/srpo` is asked for at `fal-ai/flux`).
 */
export function jobAddress(
  purpose: Purpose,
  { model, receipt }: Pick<Task, "model" | "receipt">,
  queueUrl: string,
): string {
  const requestId = readRequestId(receipt?.requestId);
  if (requestId === undefined) throw new Error("a job without a receipt has no address");
  const given = isItem(receipt?.addresses) ? receipt.addresses[purpose] : undefined;
  return checked(given, requestId, queueUrl) ?? requestAddress(queueUrl, model, requestId) + SUFFIXES[purpose];
}

/** Where a request of a model is found by its id. */
export const requestAddress = (queueUrl: string, model: string, requestId: string): string =>
  `${queueUrl}/${model.split("/").slice(0, 2).join("/")}/requests/${requestId}`;

/** Scheme, host and port must be those that the key may travel to; the path must be below theirs and name the job. */
function checked(given: unknown, requestId: string, queueUrl: string): string | undefined {
  if (typeof given !== "string" || !URL.canParse(given)) return undefined;
  const url = new URL(given);
  const base = new URL(queueUrl);
  const isOurs = url.origin === base.origin && url.username === "" && url.password === "";
  const below = `${base.pathname.replace(/\/+$/, "")}/`;
  return isOurs && url.pathname.startsWith(below) && url.pathname.split("/").includes(requestId) ? url.href : undefined;
}
