import { type Patience, pauseBeforeAsking } from "../ask-again";

/** How many jobs one POST asks for. */
export const MOST_IDS = 100;

/** How often the service is asked. Times in ms. */
export interface Pace {
  /** Before the first poll of a job; every further gap of the job is `growth` times longer, up to `longest`. */
  first: number;
  growth: number;
  longest: number;
  /** Between any two rounds of polls of one client; and longer, by this for every POST that a round takes. */
  gap: number;
  perPost: number;
  /** Pauses after failed polls. */
  failures: Patience;
}

/** Runware asks for 1-2 s at first and growing gaps; ours grow by half, to 5 s at most. */
export const usualPace: Pace = {
  first: 1200,
  growth: 1.5,
  longest: 5000,
  gap: 1000,
  perPost: 75,
  failures: { first: 1000, longest: 30_000, most: 60_000 },
};

/** A sandbox is on this machine and costs nothing to ask. */
export const sandboxPace: Pace = {
  first: 50,
  growth: 1.5,
  longest: 500,
  gap: 50,
  perPost: 75,
  failures: { first: 50, longest: 1000, most: 60_000 },
};

/** Ms to wait before poll number `n` (0-based) of a job. */
export const pollDelay = (pace: Pace, n: number): number => Math.min(pace.longest, pace.first * pace.growth ** n);

/** Ms from the end of a round of so many POSTs to the next: a thousand jobs are asked for less often than one. */
export const gapAfter = ({ gap, perPost }: Pace, posts: number): number => Math.max(gap, perPost * posts);

/** Ms to pause after `failures` failed polls in a row. */
export const pauseAfter = (pace: Pace, failures: number, retryAfter?: number): number =>
  pauseBeforeAsking(pace.failures, failures - 1, retryAfter) + pace.gap;
