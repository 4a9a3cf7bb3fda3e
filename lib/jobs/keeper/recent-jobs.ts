import type { KeptJob } from "./kept-job";
import { type ListedJob, listedJob } from "./listed-job";

/** More than that nobody scrolls through. */
const MOST = 50;

/** Characters of pictures that came inside their answers, all together: about ten of usual size. */
const MOST_INSIDE = 16_000_000;

interface Recent {
  listed: ListedJob;
  /** Ms since 1970. */
  readonly until: number;
  /** The first picture, where it came inside the answer: there is no address to fetch it from. */
  inside?: string;
}

/** The jobs that ended last, for somebody who looks: those that were refused, or not waited for, included. */
export class RecentJobs {
  readonly #byId = new Map<string, Recent>();

  /** A job has ended. */
  add(kept: KeptJob): void {
    const { id, keeping } = kept.job;
    const now = Date.now();
    const listed = { endedAt: now, ...listedJob(kept) };
    const inside = listed.hasThumbnail ? pictureInside(kept) : undefined;
    this.#byId.delete(id);
    this.#byId.set(id, {
      listed,
      until: (kept.closedAt ?? now) + keeping.results,
      ...(inside !== undefined && { inside }),
    });
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= MOST) break;
      this.#byId.delete(oldest);
    }
    if (inside !== undefined) this.#letGoOfPictures();
  }

  /** The last one first. */
  list(): ListedJob[] {
    const now = Date.now();
    return [...this.#byId.values()]
      .filter(({ until }) => until > now)
      .map(({ listed }) => listed)
      .reverse();
  }

  /** The first picture of a job as base64 or a data URI, where it came inside the answer. */
  pictureInside(id: string): string | undefined {
    return this.#byId.get(id)?.inside;
  }

  #letGoOfPictures(): void {
    let characters = 0;
    for (const recent of [...this.#byId.values()].reverse()) {
      if (recent.inside === undefined) continue;
      characters += recent.inside.length;
      if (characters <= MOST_INSIDE) continue;
      delete recent.inside;
      recent.listed = { ...recent.listed, hasThumbnail: false };
    }
  }
}

/** The first picture of a job's answer as base64 or a data URI, where it came inside. */
export function pictureInside({ outcome }: KeptJob): string | undefined {
  const picture = outcome && "answer" in outcome ? outcome.answer.pictures[0] : undefined;
  return picture?.base64 ?? picture?.dataURI;
}
