import type { CaseGroup } from "../case";
import { addresses } from "./addresses";
import { contents } from "./contents";
import { faults } from "./faults";
import { keys } from "./keys";
import { leftovers } from "./leftovers";
import { overwriting } from "./overwriting";
import { properties } from "./properties";
import { refusals } from "./refusals";
import { trials } from "./trials";

export const groups: readonly CaseGroup[] = [
  contents,
  keys,
  properties,
  overwriting,
  addresses,
  trials,
  refusals,
  faults,
  leftovers,
];
