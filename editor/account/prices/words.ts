import type { PriceProblem } from "../../../lib/models/prices/price-table";
import type { Translate } from "../../node-red";

/** What is wrong with a row of the price table, in a sentence. */
export const problemInWords = (problem: PriceProblem, t: Translate): string =>
  t(`account.prices.checks.${problem.key}`, "row" in problem ? { ...problem } : {});
