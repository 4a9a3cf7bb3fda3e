import { type ErrorCause, FluxError } from "../errors";
import type { NetworkFailure } from "../net/network-failure";
import type { Provider } from "./provider";

/**
 * What a failed call was for, which decides whether it may have cost money: "submit" carries the paid request, "run" as
 * well and is answered when its pictures are made, "result" asks for a job that was accepted, "free" is everything else.
 */
export type Purpose = "submit" | "run" | "result" | "free";

/** What a call was about. */
interface Concern {
  purpose: Purpose;
  /** Of the job, where the call is about one. */
  requestId?: string | undefined;
}

/** What came instead of an answer of the service. */
interface StrangeAnswer extends Concern {
  status: number;
  /** In ms. */
  retryAfter?: number | undefined;
}

/** The errors that every service has alike, worded for one of them. */
export interface CommonErrors {
  /** No whole answer came. */
  lostAnswer(failure: NetworkFailure, purpose: Purpose, requestId?: string): FluxError;
  /** HTML, truncated JSON or something else that cannot be understood, without a status that tells more. */
  unreadableAnswer(answer: StrangeAnswer): FluxError;
  /** `address`, in words, leads to something that is not the service. */
  notTheService(answer: StrangeAnswer, address: string): FluxError;
  /** A refusal without a word, of a question about a job that the key was good enough for: it may pass. */
  refusedOnTheWay(answer: StrangeAnswer): FluxError;
  /** An answer came that we cannot cope with: a mistake of ours, on which no job may hang. */
  unprocessedAnswer(error: unknown, requestId: string, options: { retryable: boolean }): FluxError;
  /** A job that the service once accepted and now has never heard of. */
  forgottenJob(requestId: string): FluxError;
  /** The service settled a batch without saying what became of some of its pictures. */
  missingPictures(count: number, requestId: string): FluxError;
  /** The service refuses the key for a job that it accepted with it. */
  aboutAcceptedJob(error: FluxError, requestId: string): FluxError;
  /** The account was closed while a call was under way. */
  closed(): FluxError;
}

/** The service whose errors are worded. */
interface Service {
  provider: Provider["name"];
  /** Its name as it writes it. */
  title: string;
  /** Whether a paid request that may have arrived can be sent again, because the service tells its id from a new one. */
  resends: boolean;
}

export function commonErrors({ provider, title, resends }: Service): CommonErrors {
  const repeatable = ({ purpose }: Concern): boolean => resends || (purpose !== "submit" && purpose !== "run");
  const causeOf = ({ purpose, requestId }: Concern): Partial<ErrorCause> => ({
    provider,
    ...(requestId !== undefined && { requestId }),
    billed: purpose === "free" ? "no" : "unknown",
  });
  const passing = ({ status, retryAfter, ...concern }: StrangeAnswer, what: string) =>
    new FluxError(
      "FLUX_PROVIDER",
      `${what}${fate(concern)}`,
      { ...causeOf(concern), status, retryable: repeatable(concern) },
      retryAfter,
      "service",
    );
  const lostJob = (requestId: string, message: string, retryable = false) =>
    new FluxError("FLUX_OUTCOME_UNKNOWN", message, { provider, requestId, retryable, billed: "unknown" });

  return {
    lostAnswer: (failure, purpose, requestId) => {
      const concern = { purpose, requestId };
      const neverLeft = failure.arrived === "no" && purpose !== "result";
      return new FluxError(
        "FLUX_NETWORK",
        `${title} could not be asked: ${failure.message}.${neverLeft ? " Nothing was sent." : fate(concern)}`,
        {
          ...causeOf(concern),
          retryable: failure.passing && (neverLeft || repeatable(concern)),
          ...(neverLeft && { billed: "no" as const }),
        },
        undefined,
        "service",
      );
    },
    unreadableAnswer: (answer) => passing(answer, `${title}'s answer could not be read (${answer.status}).`),
    notTheService: ({ status, retryAfter, ...concern }, address) =>
      new FluxError(
        "FLUX_CONFIG",
        `What answers at ${address} (${status}) is not ${title}. Check ${address} in the account node.`,
        { ...causeOf(concern), status },
        retryAfter,
        "service",
      ),
    refusedOnTheWay: (answer) =>
      passing(answer, `${title}'s results could not be asked for: something on the way refused it (${answer.status}).`),
    unprocessedAnswer: (error, requestId, { retryable }) => {
      const kind = error instanceof Error ? error.name : "unknown";
      const message = `${title}'s answer about job ${requestId} could not be processed (${kind}). It may have been paid for.`;
      return lostJob(requestId, message, retryable);
    },
    forgottenJob: (requestId) =>
      lostJob(
        requestId,
        `${title} neither has a result for job ${requestId} nor remembers it. It may have been paid for; look it up at ${title} before you send it again.`,
      ),
    missingPictures: (count, requestId) =>
      lostJob(
        requestId,
        `${title} did not deliver ${count === 1 ? "1 picture" : `${count} pictures`} of job ${requestId} and does not say why. They may have been paid for.`,
      ),
    aboutAcceptedJob: (error, requestId) =>
      new FluxError(
        error.code,
        `${error.message} Job ${requestId} was accepted before; it may be finished and billed.`,
        { ...error.cause, requestId },
        error.retryAfter,
        error.scope,
      ),
    closed: () =>
      new FluxError(
        "FLUX_CANCELLED",
        `The ${title} account was closed. A job that was sent may still be finished and billed.`,
        { provider, billed: "unknown" },
      ),
  };
}

/** What the author should know about the money after an answer was lost. */
export function fate({ purpose, requestId }: Concern): string {
  if (purpose === "free") return " Nothing was paid.";
  return ` The job${requestId === undefined ? "" : ` ${requestId}`} may have been accepted and paid for.`;
}
