import { jsonReply, type WholeReply } from "../http";

/** Names of what went wrong on the platform's side, by status. */
const errorTypes: Readonly<Record<number, string>> = {
  499: "client_cancelled",
  500: "internal_error",
  502: "runner_disconnected",
  503: "runner_scheduling_failure",
  504: "request_timeout",
};

const details: Readonly<Record<number, string>> = {
  401: "The request carries no valid key.",
  403: "This key is not allowed to do that.",
  404: "There is nothing here.",
  405: "Method Not Allowed",
  410: "The result is no longer kept.",
  429: "Too many requests at once.",
  499: "The request was cancelled.",
  500: "Something went wrong on our side.",
  502: "The runner went away.",
  503: "No runner is free.",
  504: "The runner did not answer in time.",
};

/** What the platform itself answers: a text, and for failures on its side their type and whether trying again may help. */
export function platformError(status: number, detail = details[status] ?? "The request failed."): PlatformError {
  const error_type = errorTypes[status];
  if (error_type === undefined) return { status, body: { detail }, headers: {} };
  const headers = { "x-fal-error-type": error_type, "x-fal-retryable": String(status === 503 || status === 504) };
  return { status, body: { detail, error_type }, headers };
}

export interface PlatformError {
  status: number;
  body: { detail: string; error_type?: string };
  headers: Record<string, string>;
}

export function refuse(status: number, detail?: string): WholeReply {
  const { body, headers } = platformError(status, detail);
  return jsonReply(status, body, headers);
}

export const locked = (): WholeReply =>
  refuse(403, "User is locked. Reason: Exhausted balance. The sandbox's balance is used up.");

/** The same reply, and under which id fal knows the request. */
export const named = <R extends { headers?: Record<string, string> }>(reply: R, id: string): R => ({
  ...reply,
  headers: { ...reply.headers, "x-fal-request-id": id },
});
