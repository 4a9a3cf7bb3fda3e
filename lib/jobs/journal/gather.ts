import { setImmediate as nextTurn } from "node:timers/promises";

/** So many turns of the event loop in a row that bring nothing are the end of it, */
const QUIET_TURNS = 2;

/** and so many turns in any case. */
const MOST_TURNS = 16;

/**
 * Waits while more keeps coming: jobs that are at the same step come one or a few in a turn, and an fsync costs as much
 * as many turns.
 *
 * @param count how much there is.
 */
export async function gather(count: () => number): Promise<void> {
  let quiet = 0;
  for (let turn = 0; turn < MOST_TURNS && quiet < QUIET_TURNS; turn += 1) {
    const before = count();
    await nextTurn();
    quiet = count() > before ? 0 : quiet + 1;
  }
}
