import type { NodeAPI } from "../types";

/** Open editors hear on this topic that there is something new to ask for, and nothing else. */
const TOPIC = "fluxwire/jobs";

/** At most one ring in this time, in ms. */
const PAUSE = 1000;

/**
 * Tells open editors that jobs have changed: at once, and then at most once a second for as long as more changes.
 * What has changed they ask for, where permissions are looked at.
 */
export function bellOf({ comms }: Pick<NodeAPI, "comms">, pause = PAUSE): () => void {
  let resting: NodeJS.Timeout | undefined;
  let isDue = false;
  const ring = (): void => {
    isDue = false;
    comms.publish(TOPIC, {}, false);
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
