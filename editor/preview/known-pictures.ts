import type { PreviewDetails, PreviewPicture } from "../../lib/node-red/preview/preview-picture";
import { ask, askForPicture } from "../ask";

/** A picture as the page has it. */
export interface KnownPicture extends PreviewPicture {
  /** An address inside of the page; absent where there is no thumbnail. */
  thumbnail?: string;
}

/** What the page knows of the pictures of one node. */
interface Known {
  /** The newest first. */
  pictures: readonly KnownPicture[];
  /** While the server is being asked. */
  asking?: Promise<void>;
  /** The server may have others. */
  isStale: boolean;
}

const known = new Map<string, Known>();

const addressOf = (node: string, picture = ""): string =>
  `flux/preview/${encodeURIComponent(node)}${picture === "" ? "" : `/${encodeURIComponent(picture)}`}`;

/** The pictures of a node, the newest first, as far as they have come. */
export const picturesOf = (node: string): readonly KnownPicture[] => known.get(node)?.pictures ?? [];

let tell = (_node: string): void => {};

/** Calls `listener` whenever other pictures of a node can be shown than before. */
export const watchPictures = (listener: (node: string) => void): void => {
  tell = listener;
};

/** Fetches the pictures of a node where they are not here already. Resolves when they are, or cannot be had. */
export const fetchPictures = (node: string): Promise<void> => {
  const entry = known.get(node) ?? { pictures: [], isStale: true };
  known.set(node, entry);
  if (entry.asking !== undefined) return entry.asking;
  if (!entry.isStale) return Promise.resolve();
  entry.asking = refresh(node, entry).finally(() => {
    delete entry.asking;
  });
  return entry.asking;
};

const refresh = async (node: string, entry: Known): Promise<void> => {
  // What is heard of meanwhile is asked for afterwards.
  while (entry.isStale && known.get(node) === entry) {
    entry.isStale = false;
    const answer = (await ask(addressOf(node))) as { pictures: readonly PreviewPicture[] } | undefined;
    const earlier = new Map(entry.pictures.map((picture) => [picture.id, picture]));
    const pictures = await Promise.all(
      (answer?.pictures ?? []).toReversed().map((picture) => earlier.get(picture.id) ?? withThumbnail(node, picture)),
    );
    // The node may be gone by now.
    if (known.get(node) !== entry) return release(pictures);
    const kept = new Set(pictures.map(({ id }) => id));
    release(entry.pictures.filter(({ id }) => !kept.has(id)));
    entry.pictures = pictures;
    tell(node);
  }
};

const withThumbnail = async (node: string, picture: PreviewPicture): Promise<KnownPicture> => {
  if (picture.problem !== undefined) return picture;
  const blob = await askForPicture(addressOf(node, picture.id));
  return blob === undefined ? picture : { ...picture, thumbnail: URL.createObjectURL(blob) };
};

const release = (pictures: readonly KnownPicture[]): void => {
  for (const { thumbnail } of pictures) {
    if (thumbnail !== undefined) URL.revokeObjectURL(thumbnail);
  }
};

/** The server has other pictures of a node, or of all: they are fetched when they are to be shown. */
export const outdate = (node?: string): void => {
  for (const [id, entry] of known) {
    if (node === undefined || node === id) entry.isStale = true;
  }
};

/** Lets go of a node's pictures. */
export const forget = (node: string): void => {
  release(picturesOf(node));
  known.delete(node);
};

/** A picture in its large form. */
export const fetchLarge = (node: string, picture: string): Promise<Blob | undefined> =>
  askForPicture(`${addressOf(node, picture)}/large`);

/** What the server tells of a picture when it is asked; nothing, when it does not have it any more. */
export const fetchDetails = async (node: string, picture: string): Promise<PreviewDetails> =>
  ((await ask(`${addressOf(node, picture)}/details`)) as PreviewDetails | undefined) ?? {};
