import type { KeptJob } from "./kept-job";
import { type ListedJob, listedJob } from "./listed-job";

/** More than that nobody scrolls through. */
const MOST = 50;

/** Characters of pictures that came inside their answers, all together: about ten of usual size. */
const MOST_INSIDE = 16_000_000;

interface Recent {
  readonly id: string;
  listed: ListedJob;
  /** Ms since 1970. */
  readonly until: number;
  /** The first picture, where it came inside the answer: there is no address to fetch it from. */
  inside?: string;
}

/** The jobs that ended last, for somebody who looks: those that were refused, or not waited for, included. */
export class RecentJobs {
  /** The last one at the end. */
  readonly #recent: Recent[] = [];

  /** A job has ended. */
  add(kept: KeptJob): void {
    const { id, keeping } = kept.job;
    const now = Date.now();
    const told = listedJob(kept);
    const listed = told.endedAt === undefined ? { ...told, endedAt: now } : told;
    const inside = listed.hasThumbnail ? pictureInside(kept) : undefined;
    const earlier = this.#recent.findIndex((recent) => recent.id === id);
    if (earlier >= 0) this.#recent.splice(earlier, 1);
    this.#recent.push({
      id,
      listed,
      until: (kept.closedAt ?? now) + keeping.results,
      ...(inside !== undefined && { inside }),
    });
    if (this.#recent.length > MOST) this.#recent.shift();
    if (inside !== undefined) this.#letGoOfPictures();
  }

  /** The last one first. */
  list(): ListedJob[] {
    const now = Date.now();
    return this.#recent
      .filter(({ until }) => until > now)
      .map(({ listed }) => listed)
      .reverse();
  }

  /** The first picture of a job as base64 or a data URI, where it came inside the answer. */
  pictureInside(id: string): string | undefined {
    return this.#recent.find((recent) => recent.id === id)?.inside;
  }

  #letGoOfPictures(): void {
    let characters = 0;
    for (const recent of this.#recent.toReversed()) {
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
