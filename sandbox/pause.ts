/** setTimeout takes no more than this, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Waits until a time, in milliseconds since the epoch, or ends early when the sandbox closes. */
export async function pauseUntil(time: number, closing: AbortSignal): Promise<void> {
  // Again and again, because a timer may fire a little before its time.
  for (let left = time - Date.now(); left > 0 && !closing.aborted; left = time - Date.now()) {
    await pause(Math.min(left, longestTimer), closing);
  }
}

function pause(milliseconds: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      closing.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    closing.addEventListener("abort", done);
  });
}
