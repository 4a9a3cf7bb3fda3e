import { grouped } from "../models/wording/wording";
import type { Node } from "./types";

/** Shown one by one: every warning is a line in the log and an entry in each open editor's sidebar. */
const SHOWN = 20;

/** Warns of what a message's author should know; of many things the first, and how many there are. */
export function warnOf(node: Node, warnings: readonly string[]): void {
  for (const warning of warnings.slice(0, SHOWN)) node.warn(warning);
  const more = warnings.length - SHOWN;
  if (more > 0) node.warn(`More warnings about the same message, not shown: ${grouped(more)}.`);
}
