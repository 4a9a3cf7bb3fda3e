import { type Billed, FluxError } from "../../errors";
import type { CancelledJob } from "../../jobs/keeper/cancel";
import type { Keeper } from "../../jobs/keeper/keeper";
import { PARKED } from "../../jobs/keeper/kept-job";
import type { ListedJob } from "../../jobs/keeper/overview";
import type { Thumbnail } from "../../pictures/thumbnail";
import { presentKeeper } from "../keeper-of";
import { type SpentByAccount, spentToday } from "../spent-today";
import type { NodeAPI } from "../types";
import { Thumbnails } from "./thumbnails";

/** Why a job cannot be cancelled, for the editor, which has the words. */
type NotCancelled = "ended" | "unknown" | "away" | "account" | "failed";

/** Serves the list of jobs, their thumbnails, and cancels them: what the sidebar shows and does. */
export function serveJobs(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  const thumbnails = new Thumbnails();
  const mayRead = auth.needsPermission("flux.read");

  httpAdmin.get("/flux/jobs", mayRead, (_request, response) => {
    response.set("Cache-Control", "no-store");
    listed(RED, thumbnails).then(
      (answer) => response.json(answer),
      () => response.sendStatus(500),
    );
  });

  httpAdmin.get("/flux/jobs/:id/thumbnail", mayRead, (request, response) => {
    const { id } = request.params as { id: string };
    thumbnailOf(RED, thumbnails, id).then(
      (thumbnail) => {
        response.set("Cache-Control", "private, max-age=3600");
        if (thumbnail) response.type(thumbnail.contentType).send(thumbnail.bytes);
        else response.set("Cache-Control", "no-store").sendStatus(404);
      },
      () => response.sendStatus(500),
    );
  });

  httpAdmin.post("/flux/jobs/:id/cancel", auth.needsPermission("flux.write"), (request, response) => {
    const { id } = request.params as { id: string };
    cancel(RED, id).then(
      (answer) => response.status("reason" in answer ? STATUS[answer.reason] : 200).json(answer),
      () => response.status(500).json(not("failed")),
    );
  });
}

/** Ids that somebody made up are not remembered, and so push no thumbnail out. */
async function thumbnailOf(RED: NodeAPI, thumbnails: Thumbnails, id: string): Promise<Thumbnail | undefined> {
  const overview = (await readyKeeper(RED))?.overview;
  return overview?.knows(id) ? thumbnails.of(id, () => overview.firstPicture(id)) : undefined;
}

/** What the tab shows. */
interface Listed {
  /** This clock, in ms since 1970: that of the browser may be another. */
  now: number;
  jobs: ListedJob[];
  spent: SpentByAccount[];
}

async function listed(RED: NodeAPI, thumbnails: Thumbnails): Promise<Listed> {
  const keeper = await readyKeeper(RED);
  if (!keeper) return { now: Date.now(), jobs: [], spent: [] };
  const jobs = keeper.overview
    .list()
    .map((job) => (thumbnails.isMissing(job.id) ? { ...job, hasThumbnail: false } : job));
  return { now: Date.now(), jobs, spent: spentToday(RED) };
}

/** The keeper, once it has read its journal. */
async function readyKeeper(RED: NodeAPI): Promise<Keeper | undefined> {
  const keeper = presentKeeper(RED);
  await keeper?.ready;
  return keeper;
}

/** What came of a request to cancel a job. */
type CancelAnswer = { cancelled: true; billed: Billed } | { cancelled: false; reason: NotCancelled };

const STATUS: Readonly<Record<NotCancelled, number>> = {
  unknown: 404,
  ended: 409,
  away: 409,
  account: 409,
  failed: 500,
};

const not = (reason: NotCancelled): CancelAnswer => ({ cancelled: false, reason });

async function cancel(RED: NodeAPI, id: string): Promise<CancelAnswer> {
  const keeper = await readyKeeper(RED);
  if (!keeper) return not("unknown");
  let result: CancelledJob;
  try {
    result = await keeper.cancelJob(id, "because the FLUX sidebar asked for it");
  } catch (error) {
    if (error === PARKED) return not("away");
    if (error instanceof FluxError && error.code === "FLUX_CONFIG") return not("account");
    throw error;
  }
  return result.state === "cancelled" ? { cancelled: true, billed: result.billed } : not(result.state);
}
