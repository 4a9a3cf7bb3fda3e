import type { PriceProblem } from "../models/prices/price-table";

/** Characters of a value that an error repeats. */
const LONGEST = 60;

/** A row of an account's price table that cannot be used, in words. */
export function priceProblem(problem: PriceProblem, models: readonly string[]): string {
  if (problem.key === "notList") return "prices must be a list of at most 200 rows";
  const where = `prices, row ${problem.row}:`;
  switch (problem.key) {
    case "notRow":
      return `${where} must be an object of model, width, height, steps and dollars`;
    case "sameAs":
      return `${where} is for the same pictures as row ${problem.other}`;
    case "half":
      return `${where} width and height belong together: give both or none`;
  }
  const { key, column, value } = problem;
  const variable = /^\$\{(\S+)\}$/.exec(value)?.[1];
  if (variable !== undefined) {
    return `${where} ${column} names the variable ${variable}, which the environment does not have`;
  }
  const shown = `${where} ${column} is ${JSON.stringify(value.slice(0, LONGEST))}, but must be`;
  switch (key) {
    case "model":
      return `${shown} one of ${models.join(", ")}, or nothing`;
    case "size":
      return `${shown} a whole number of pixels from 1 to 100,000, or nothing`;
    case "steps":
      return `${shown} a whole number from 1 to 10,000, or nothing`;
    case "dollars":
      return `${shown} a number of US dollars above 0, up to 1,000`;
  }
}
