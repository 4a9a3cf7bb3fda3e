import { Buckets } from "./objects";
import { openPlace } from "./place";
import { Uploads } from "./uploads";

/** What the store holds. */
export interface S3State {
  readonly buckets: Buckets;
  readonly uploads: Uploads;
  /** Forgets everything that was stored. */
  clear(): void;
  /** Removes what was only temporary. */
  close(): void;
}

/**
 * Opens the store.
 * @param directory where objects survive the process; without it they are in a temporary folder
 */
export function openS3(directory: string | undefined): S3State {
  const place = openPlace(directory);
  const buckets = new Buckets(place);
  const uploads = new Uploads(buckets);
  return {
    buckets,
    uploads,
    clear: () => {
      uploads.clear();
      buckets.clear();
    },
    close: () => place.close(),
  };
}
