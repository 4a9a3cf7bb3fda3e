import type { NodeAPI } from "../types";

/** At most one ring in this time, in ms. */
const PAUSE = 1000;

/**
 * Tells open editors that there is something new to ask for, and nothing else: at once, and then at most once a second
 * for as long as there is more. What it is they ask for, where permissions are looked at.
 * @param topic on which they hear it.
 */
export function bellOf({ comms }: Pick<NodeAPI, "comms">, topic: string, pause = PAUSE): () => void {
  let resting: NodeJS.Timeout | undefined;
  let isDue = false;
  const ring = (): void => {
    isDue = false;
    comms.publish(topic, {}, false);
    resting = setTimeout(() => {
      resting = undefined;
      if (isDue) ring();
    }, pause).unref();
  };
  return () => {
    if (resting) isDue = true;
    else ring();
  };
}
