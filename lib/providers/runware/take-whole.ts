import { FluxError } from "../../errors";
import type { Signal } from "../../signal";
import type { Reply } from "./answer";
import { type Asking, askArchive } from "./ask";
import type { Results, Standing } from "./results";

/**
 * Takes a reply in. Where nobody knows how many pictures were asked for, as of a job of another process, the archive is
 * asked for that before what is there is taken for everything: a batch may be listed picture by picture.
 *
 * Rejects only with the signal's reason.
 */
export async function takeWhole(
  asking: Asking,
  { id, results }: { id: string; results: Results },
  reply: Reply,
  signal: Signal,
): Promise<Standing> {
  const standing = results.take(reply);
  if (standing.state !== "final" || !results.isOpenEnded) return standing;
  try {
    const record = await askArchive(asking, id, signal);
    if (record !== "nothing") results.expect(record.expected);
  } catch (error) {
    // Without the archive, what is there has to do.
    if (!(error instanceof FluxError)) throw error;
  }
  return results.take(reply);
}
