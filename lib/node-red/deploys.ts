import type { NodeAPI } from "./types";

/** Deploys under way, by the emitter of a Node-RED's events; each resolves when the flows have started again. */
const underWay = new WeakMap<object, Promise<void>>();

const watched = new WeakSet<object>();

/** Has deploys known from now on. */
export function watchDeploys({ events }: NodeAPI): void {
  if (watched.has(events)) return;
  watched.add(events);
  let start = () => {};
  events.on("flows:stopping", () => {
    start();
    underWay.set(
      events,
      new Promise((resolve) => {
        start = resolve;
      }),
    );
  });
  events.on("flows:started", () => {
    underWay.delete(events);
    start();
  });
}

/**
 * Does what needs a config node that may be closed and made anew at this moment: a deploy under way is waited for, and
 * one that comes in between is a reason to try once more.
 */
export async function acrossDeploys<Result>({ events }: NodeAPI, work: () => Promise<Result>): Promise<Result> {
  await underWay.get(events);
  try {
    return await work();
  } catch (error) {
    const deploy = underWay.get(events);
    if (!deploy) throw error;
    await deploy;
    return work();
  }
}
