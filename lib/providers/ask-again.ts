import { type Growth, jitteredPause } from "../pause";

/** Pauses between questions about a job that were not answered, in ms. */
export interface Patience extends Growth {
  /** No pause is longer, whatever the service asks for: the job may be done meanwhile, and its result is not kept for long. */
  most: number;
}

/** Ms to wait before question number `repetition` (0-based) is asked again; `retryAfter` is what the service asked for. */
export const pauseBeforeAsking = ({ most, ...growth }: Patience, repetition: number, retryAfter?: number): number =>
  Math.min(most, jitteredPause(growth, repetition, retryAfter));
