import type { AttachedNodes } from "./attached-nodes";
import type { JobBook } from "./job-book";
import { type ListedJob, listedJob } from "./listed-job";
import { pictureInside } from "./recent-jobs";
import type { RunContext } from "./run-context";

export type { ListedJob } from "./listed-job";

/** A job's first picture: the picture itself, as base64 or a data URI, or its address and how to get there. */
export type FirstPicture =
  | { readonly inside: string }
  | { readonly url: string; readonly addresses: readonly string[]; readonly connection: RunContext["connection"] };

/** What there is to see of a keeper's jobs. Nothing is done before somebody looks. */
export class Overview {
  readonly #book: JobBook;
  readonly #nodes: AttachedNodes;

  constructor(book: JobBook, nodes: AttachedNodes) {
    this.#book = book;
    this.#nodes = nodes;
  }

  /** The jobs in hand in the order in which they were accepted, then those that have ended, the last one first. */
  list(): ListedJob[] {
    const open = [...this.#book.open];
    const inHand = new Set(open.map(({ job }) => job.id));
    return [
      ...open.map((kept) => listedJob(kept, kept.claims.length > 0 && !this.#nodes.want(kept))),
      ...this.#book.recent.list().filter(({ id }) => !inHand.has(id)),
    ];
  }

  /** Whether there is, or was not long ago, a job of that id. */
  knows(id: string): boolean {
    return this.#book.find(id) !== undefined;
  }

  /**
   * Where a job's first picture is.
   * @returns undefined when there is none, it was flagged, or nothing is known of the way to it any more.
   */
  async firstPicture(id: string): Promise<FirstPicture | undefined> {
    const kept = this.#book.find(id);
    const picture = kept?.outcome && "answer" in kept.outcome ? kept.outcome.answer.pictures[0] : undefined;
    if (!kept || !picture || picture.nsfw) return undefined;
    const inside = pictureInside(kept) ?? this.#book.recent.pictureInside(id);
    if (inside !== undefined) return { inside };
    const { url } = picture;
    if (url === undefined) return undefined;
    try {
      const { addresses, connection } = kept.context ?? (await this.#nodes.contextOf(kept, kept.job.nodeId));
      // It is where the job was made, also when the account has another address by now.
      return {
        url,
        connection,
        addresses: [...Object.values(addresses), ...Object.values(kept.job.service.addresses)],
      };
    } catch {
      // Its node is away, or its account cannot be used.
      return undefined;
    }
  }
}
