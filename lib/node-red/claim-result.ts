import { FluxError } from "../errors";
import { knownAs } from "../jobs/job";
import type { Claim } from "../jobs/keeper/claim";
import type { Keeper } from "../jobs/keeper/keeper";
import type { RunContext } from "../jobs/keeper/run-context";
import { totalCost } from "../jobs/total-cost";
import { expectedPicture } from "../models/expected-picture";
import type { Answer } from "../providers/provider";
import type { ValueOrPromise } from "../value-or-promise";
import { consumeControls } from "./accept-message";
import { deliverAll, deliverAtOnce } from "./deliver-all";
import type { DeliveredPicture } from "./delivered-picture";
import type { InferenceOwner } from "./inference-owner";
import { type JobReport, type ReportedError, reported, reportJob } from "./job-report";
import { originOf } from "./marked-picture";
import { toMessages } from "./outgoing";
import { type Room, roomFor, withResult } from "./result-property";
import type { FluxMessage } from "./types";
import { warnOf } from "./warn-of";

/** A claim's result with its pictures here, in the form in which they leave. */
export interface ClaimResult {
  claim: Claim;
  context: RunContext;
  answer: Answer;
  pictures: DeliveredPicture[];
  warnings: string[];
  errors: ReportedError[];
}

/** What a message became, and the report that it carries. */
interface Outgoing {
  messages: FluxMessage[];
  report: JobReport;
}

/** What a claim's job was run with, and what ends the fetching. */
interface PictureSource {
  context: RunContext;
  signal: AbortSignal;
}

/**
 * Brings the pictures of an answer here. Those of an old one may be gone from where they were: then the service is asked
 * for them once more, which costs nothing.
 *
 * @throws FluxError with `billed: "yes"` when not one picture can be had.
 */
export const fetchResult = (
  owner: InferenceOwner,
  keeper: Keeper,
  claim: Claim,
  answer: Answer,
  source: PictureSource,
): ValueOrPromise<ClaimResult> =>
  claim.isRepeat || claim.isRecovered
    ? fetchAgain(owner, keeper, claim, answer, source)
    : fetchPictures(owner, claim, answer, source, false);

async function fetchAgain(
  owner: InferenceOwner,
  keeper: Keeper,
  claim: Claim,
  answer: Answer,
  source: PictureSource,
): Promise<ClaimResult> {
  try {
    if (answer.pictures.every(hasContent)) return await fetchPictures(owner, claim, answer, source, true);
  } catch (error) {
    if (source.signal.aborted || !(error instanceof FluxError)) throw error;
  }
  return fetchPictures(owner, claim, await keeper.deliveries.renewed(claim), source, true);
}

function fetchPictures(
  owner: InferenceOwner,
  claim: Claim,
  answer: Answer,
  { context, signal }: PictureSource,
  isOld: boolean,
): ValueOrPromise<ClaimResult> {
  const { job } = claim.kept;
  const { service, addresses, connection } = context;
  const model = owner.modelOf(job);
  const expected = model ? expectedPicture(model, job.request) : { contentType: "image/jpeg" };
  const requestId = answer.requestId ?? knownAs(job, service.provider);
  const provider = service.provider.name;
  // What a tool makes is no picture for people.
  const isMarked = owner.settings.provenance && owner.resultInto === undefined;
  const owned = { provider, requestId, expected, ...(isMarked && { origin: originOf(job, provider) }) };
  const { output } = owner.settings;
  const pictures = isOld ? undefined : deliverAtOnce(answer, output, owned);
  if (pictures) return { claim, context, answer, pictures, warnings: [], errors: answer.errors.map(reported) };
  // Its pictures are where the job was made, also when the account has another address by now.
  const own = [...Object.values(addresses), ...Object.values(job.service.addresses)];
  const source = { isOld, addresses: own, connection, signal };
  return deliverAll(answer, output, owned, source).then((delivered) => ({ claim, context, answer, ...delivered }));
}

const hasContent = ({ url, base64, dataURI }: Answer["pictures"][number]): boolean =>
  (url ?? base64 ?? dataURI) !== undefined;

/**
 * Makes the messages that leave, of the one that came in.
 * @param room of a tool: where its result goes, where that was found out before.
 */
export function outgoing(
  owner: InferenceOwner,
  message: FluxMessage,
  result: ClaimResult,
  room: Room | undefined,
): Outgoing {
  const { RED, node, settings, resultInto } = owner;
  const { claim, context, answer, pictures, errors } = result;
  const { job } = claim.kept;
  const { provider } = context.service;
  const warnings = [...job.warnings, ...lossesOf(claim), ...(answer.warnings ?? []), ...result.warnings];
  const report = reportJob(job, {
    provider: provider.name,
    requestId: answer.requestId ?? knownAs(job, provider),
    cost: totalCost(answer.pictures),
    billableUnits: answer.billableUnits,
    warnings,
    errors,
    late: claim.isTold,
    recovered: claim.isRecovered,
  });
  // What went wrong first: of many warnings not all are shown.
  warnOf(node, [...errors.map((error) => error.message), ...warnings]);
  consumeControls(owner, message);
  const [picture] = pictures;
  if (resultInto !== undefined && picture) {
    const into = room ?? roomFor(RED, message, settings.into || resultInto);
    return { messages: [withResult(node, message, picture, report, into)], report };
  }
  return { messages: toMessages(RED, message, pictures, report, settings), report };
}

/** Paths that are named; more of them help nobody. */
const NAMED = 10;

/** What a message lost by coming back after a restart. */
function lossesOf({ isRecovered, dropped }: Pick<Claim, "isRecovered" | "dropped">): string[] {
  if (!isRecovered || dropped.length === 0) return [];
  const named = dropped.slice(0, NAMED).map((path) => `msg.${path}`);
  const more = dropped.length > NAMED ? ` and ${dropped.length - NAMED} more` : "";
  return [
    `This message came back after a restart of Node-RED. What could not be kept on disk is missing in it: ${named.join(", ")}${more}.`,
  ];
}
