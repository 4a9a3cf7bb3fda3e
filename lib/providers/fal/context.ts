import type { FluxRequest } from "../../models/request";
import type { Turnstile } from "../../turnstile";
import { promptsIn } from "../prompts";
import { type Quote, quoter } from "../quote";
import type { Call } from "./call";
import type { Pace } from "./pace";

/** Where fal's services are, without a slash at the end. */
export interface FalAddresses {
  /** Jobs that are collected later. */
  queueUrl: string;
  /** Jobs that are waited for. */
  runUrl: string;
  /** Uploads. */
  restUrl: string;
}

/** Ms for one HTTP request, by what it does. A sync job is answered when its pictures are made. */
export interface Timeouts {
  submit: number;
  sync: number;
  read: number;
  upload: number;
}

/** What the parts of a client share. */
export interface FalContext {
  call: Call;
  addresses: FalAddresses;
  apiKey: string;
  pace: Pace;
  /** What every status request passes, in order of arrival: all jobs get their turn. */
  statuses: Turnstile;
  timeouts: Timeouts;
}

/** The filter for texts of fal about a job. One without prompts was submitted elsewhere: what it asked for is not known. */
export function quoteFor({ apiKey }: Pick<FalContext, "apiKey">, { request }: { request: FluxRequest }): Quote {
  const prompts = promptsIn(request);
  return quoter(apiKey, prompts.length > 0 ? prompts : undefined);
}
