import type { DownloadOptions } from "./download-guard";
import { openDownload } from "./open-download";
import { wholeOf } from "./whole-of";

export type { DownloadOptions } from "./download-guard";

/**
 * Fetches a picture as `openDownload` does, and holds it.
 *
 * @throws as `openDownload`.
 */
export async function download(url: string, options: DownloadOptions): Promise<Buffer> {
  const { body } = await openDownload(url, options);
  return wholeOf(body);
}
