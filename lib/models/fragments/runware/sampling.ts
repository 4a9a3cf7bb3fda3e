import type { Schema } from "../schema";
import { schedulers } from "./schedulers";

/**
 * A seed is a number up to 2^53-1, or decimal digits up to 9223372036854775807: the documented maximum
 * (9223372036854776000) is that figure after it went through a floating-point number.
 */
export const seed: Schema = {
  type: ["integer", "string"],
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  format: "seed",
  "x-group": "sampling",
};

export const steps: Schema = { type: "integer", minimum: 1, maximum: 50, "x-group": "sampling" };

export const scheduler: Schema = { type: "string", enum: schedulers, "x-group": "sampling" };

export const CFGScale: Schema = {
  type: "number",
  minimum: 0,
  maximum: 20,
  multipleOf: 0.01,
  "x-group": "sampling",
};

/** Published without bounds. */
export const trueCFGScale: Schema = { type: "number", "x-group": "sampling" };
