import { once } from "node:events";
import type { Announcement, Events } from "./events";

/** What happens from now on, a line of JSON for each event, until the signal. The first line only says that it begins. */
export function announcements(events: Events, end: AbortSignal): AsyncIterable<string> {
  const waiting: (Announcement | { event: "listening" })[] = [{ event: "listening" }];
  let wake = () => {};
  // From the call on, not from the first look: nothing in between is missed.
  const stop = events.onAny((announcement) => {
    waiting.push(announcement);
    wake();
  });
  const ended = end.aborted ? Promise.resolve() : once(end, "abort");
  ended.then(() => {
    stop();
    wake();
  });
  return lines();

  async function* lines(): AsyncGenerator<string> {
    while (!end.aborted) {
      for (const announcement of waiting.splice(0)) yield `${JSON.stringify(announcement)}\n`;
      if (waiting.length > 0 || end.aborted) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}
