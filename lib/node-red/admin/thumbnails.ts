import type { FirstPicture } from "../../jobs/keeper/overview";
import { Limit } from "../../jobs/limit";
import { download } from "../../net/download";
import { type Thumbnail, thumbnailOf } from "../../pictures/thumbnail";

/** Pixels: 56 in the sidebar, twice that on a screen of high density, and some. */
const LONGEST_SIDE = 160;

/** About 10 kB each. */
const MOST_KEPT = 50;

/** A picture that is larger, or comes slower, is not worth a thumbnail. */
const LARGEST_PICTURE = 40 * 1024 * 1024;
const DOWNLOAD_TIMEOUT = 20_000;

/** What could not be had is not asked for again before that, in ms, however many editors show it. */
const TRIED_AGAIN_AFTER = 60_000;

/** Made at the same time; the others wait, as many as a list shows. */
const AT_ONCE = 2;

/** Thumbnails of jobs' first pictures: made when somebody looks, and kept for the next one. */
export class Thumbnails {
  readonly #made = new Map<string, Thumbnail>();
  readonly #making = new Map<string, Promise<Thumbnail | undefined>>();
  /** Jobs whose picture could not be had a moment ago. They take no place of those that are kept. */
  readonly #missing = new Set<string>();
  readonly #limit = new Limit(AT_ONCE, MOST_KEPT);

  /**
   * The thumbnail of a job's picture.
   * @param job that exists: what is asked for in vain is remembered for a while.
   * @param find where the picture is; asked once for each thumbnail that is made.
   * @returns undefined when there is none, for whatever reason; never rejects.
   */
  of(job: string, find: () => Promise<FirstPicture | undefined>): Promise<Thumbnail | undefined> {
    if (this.#missing.has(job)) return Promise.resolve(undefined);
    const made = this.#made.get(job);
    if (made) return Promise.resolve(made);
    const known = this.#making.get(job);
    if (known) return known;
    const making = this.#make(job, find).finally(() => this.#making.delete(job));
    this.#making.set(job, making);
    return making;
  }

  /** Whether it is known that there is none, for now. */
  isMissing(job: string): boolean {
    return this.#missing.has(job);
  }

  async #make(job: string, find: () => Promise<FirstPicture | undefined>): Promise<Thumbnail | undefined> {
    const { signal } = new AbortController();
    let thumbnail: Thumbnail | undefined;
    try {
      const release = await this.#limit.enter(signal);
      try {
        const picture = await find();
        thumbnail = picture && (await thumbnailOf(await bytesOf(picture, signal), LONGEST_SIDE));
      } finally {
        release();
      }
    } catch {
      // It has expired, or cannot be reached now.
    }
    if (thumbnail) this.#keep(job, thumbnail);
    else this.#tryAgainLater(job);
    return thumbnail;
  }

  #keep(job: string, thumbnail: Thumbnail): void {
    this.#made.set(job, thumbnail);
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= MOST_KEPT) break;
      this.#made.delete(oldest);
    }
  }

  #tryAgainLater(job: string): void {
    this.#missing.add(job);
    setTimeout(() => this.#missing.delete(job), TRIED_AGAIN_AFTER).unref();
  }
}

async function bytesOf(picture: FirstPicture, signal: AbortSignal): Promise<Buffer> {
  if ("inside" in picture) return Buffer.from(picture.inside.slice(picture.inside.indexOf(",") + 1), "base64");
  return download(picture.url, {
    allowedHosts: picture.addresses.map((address) => new URL(address).host),
    maxBytes: LARGEST_PICTURE,
    timeout: DOWNLOAD_TIMEOUT,
    signal,
    dispatcherSettings: picture.connection,
  });
}
