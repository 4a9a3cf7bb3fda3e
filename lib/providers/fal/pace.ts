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
  /** Pauses after polls that failed. */
  failures: Patience;
}

/** fal's own JavaScript client asks every half second, whatever the queue position is. */
export const usualPace: Pace = {
  shortest: 500,
  perPosition: 250,
  share: 0.05,
  longest: 5000,
  failures: { first: 500, longest: 30_000, most: 60_000 },
};

/** A sandbox is on this machine and costs nothing to ask. */
export const sandboxPace: Pace = {
  shortest: 50,
  perPosition: 25,
  share: 0.05,
  longest: 500,
  failures: { first: 50, longest: 1000, most: 60_000 },
};

/** Ms before the next poll of a job that has `ahead` others before it and has been waited for for `waited` ms. */
export const pollDelay = ({ shortest, perPosition, share, longest }: Pace, ahead: number, waited: number): number =>
  Math.min(longest, Math.max(shortest + perPosition * ahead, share * waited));
