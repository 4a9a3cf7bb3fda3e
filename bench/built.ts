import { join } from "node:path";

/**
 * A module as Node-RED loads it. What runs from the sources is slower than the product: there, each function that is made
 * is given its name by a call.
 */
export const built = <Module>(path: string): Module => require(join(__dirname, "../dist", path));
