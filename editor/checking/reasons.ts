import type { Translate } from "../node-red";
import { labelledText, type Problem } from "./problem";

/** Why a node cannot run, for the triangle on it; true when it can. What is only worth knowing is no reason. */
export const reasonsOf = (problems: readonly Problem[], t: Translate): true | string[] => {
  const reasons = problems.filter(({ level }) => level === "error").map((problem) => labelledText(problem, t));
  return reasons.length === 0 ? true : reasons;
};
