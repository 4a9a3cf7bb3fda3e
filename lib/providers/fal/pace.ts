import type { Patience } from "../ask-again";

/** How often fal is asked for a job. Times in ms. */
export interface Pace {
  /** Between two polls of a job that runs. */
  shortest: number;
  /** Added for every job that is ahead in the queue. */
  perPosition: number;
  /** A job that has been waited for for long is asked for less often: at least this share of that time passes. */
  share: number;
  longest: number;
  /** Between the status requests of one client, of however many jobs: with many, each is asked for less often. */
  gap: number;
  /** Pauses after polls that failed. */
  failures: Patience;
}

/** At most 20 status requests a second, with some room for those that the network delivers late. */
const GAP = 55;

/** fal's own JavaScript client asks every half second, whatever the queue position is. */
export const usualPace: Pace = {
  shortest: 500,
  perPosition: 250,
  share: 0.05,
  longest: 5000,
  gap: GAP,
  failures: { first: 500, longest: 30_000, most: 60_000 },
};

/** A sandbox is on this machine and costs nothing to ask. */
export const sandboxPace: Pace = {
  shortest: 50,
  perPosition: 25,
  share: 0.05,
  longest: 500,
  gap: GAP,
  failures: { first: 50, longest: 1000, most: 60_000 },
};

/** Ms before the next poll of a job that has `ahead` others before it and has been waited for for `waited` ms. */
export const pollDelay = ({ shortest, perPosition, share, longest }: Pace, ahead: number, waited: number): number =>
  Math.min(longest, Math.max(shortest + perPosition * ahead, share * waited));
