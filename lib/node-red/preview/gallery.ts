import type { NodeAPI } from "../types";
import type { ShownFile } from "./look";
import type { PreviewDetails, PreviewPicture } from "./preview-picture";

/** A picture as a preview node keeps it, in memory only. */
export interface KeptPicture {
  /** In the order of arrival. */
  number: number;
  picture: PreviewPicture;
  details: PreviewDetails;
  small?: ShownFile;
  /** Goes first when there are too many. */
  large?: ShownFile;
}

/** The last pictures of a preview node. */
interface Gallery {
  /** The node that the editor shows: of one inside a subflow, the one in the subflow's definition. */
  shownAs: string;
  /** The newest last. */
  pictures: KeptPicture[];
}

/** Bytes of pictures in their large form, over all preview nodes. */
const MOST_LARGE_BYTES = 32 * 1024 * 1024;

/** By node id. They outlive the nodes: a deploy is no reason to lose what was shown. */
const galleries = new Map<string, Gallery>();

/** Those that have a large form, the oldest first. */
const withLarge = new Set<KeptPicture>();
let largeBytes = 0;

/** Adds a picture to those of a node, of which the newest stay. */
export function keepPicture(node: string, shownAs: string, kept: KeptPicture, count: number): void {
  const gallery = galleries.get(node) ?? { shownAs, pictures: [] };
  galleries.set(node, gallery);
  gallery.pictures.push(kept);
  gallery.pictures.sort((one, other) => one.number - other.number);
  for (const old of gallery.pictures.splice(0, Math.max(0, gallery.pictures.length - count))) dropLarge(old);
  // It may have been overtaken, and be the one that went.
  if (!kept.large || !gallery.pictures.includes(kept)) return;
  withLarge.add(kept);
  largeBytes += kept.large.bytes.length;
  for (const oldest of withLarge) {
    if (largeBytes <= MOST_LARGE_BYTES) break;
    dropLarge(oldest);
  }
}

function dropLarge(kept: KeptPicture): void {
  if (!withLarge.delete(kept)) return;
  largeBytes -= kept.large?.bytes.length ?? 0;
  delete kept.large;
}

/** Forgets the pictures of a node. */
export function forgetPictures(node: string): void {
  for (const kept of galleries.get(node)?.pictures ?? []) dropLarge(kept);
  galleries.delete(node);
}

/**
 * The pictures that the editor shows under a node, the newest last. In the definition of a subflow there is no node that
 * runs: of its instances, the one that had the latest picture is shown.
 */
export function picturesUnder(node: string): readonly KeptPicture[] {
  const own = galleries.get(node);
  if (own) return own.pictures;
  const latest = ({ pictures }: Gallery): number => pictures.at(-1)?.number ?? 0;
  const [newest] = [...galleries.values()]
    .filter(({ shownAs }) => shownAs === node)
    .sort((one, other) => latest(other) - latest(one));
  return newest?.pictures ?? [];
}

const watched = new WeakSet<object>();

/** Forgets, from now on with each deploy, what was shown by nodes that are gone. */
export function forgetWithNodes({ events, nodes }: NodeAPI): void {
  if (watched.has(events)) return;
  watched.add(events);
  events.on("flows:started", () => {
    for (const id of galleries.keys()) {
      if (!nodes.getNode(id)) forgetPictures(id);
    }
  });
}
