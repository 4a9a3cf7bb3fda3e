import type { Closing } from "../closing";
import type { Signal } from "../signal";

/**
 * Runs a call that may consist of many requests and pauses; it is aborted with `signal`, or when the client closes, and
 * ends at once then, whatever `work` does.
 */
export type RunCall = <Result>(signal: Signal, work: (signal: Signal) => Promise<Result>) => Promise<Result>;

/** Calls that end when `closing` does; they then reject with its reason. */
export const closableCalls =
  (closing: Closing): RunCall =>
  (signal, work) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (closing.reason) throw closing.reason;
      const call = new AbortController();
      const leave = () => end(signal.reason);
      const release = () => {
        closing.delete(place);
        signal.removeEventListener("abort", leave);
      };
      const end = (reason: unknown) => {
        release();
        reject(reason);
        call.abort(reason);
      };
      signal.addEventListener("abort", leave);
      const place = closing.add(end);
      const begun = async () => work(call.signal);
      begun().then(
        (result) => {
          release();
          resolve(result);
        },
        (error: unknown) => {
          release();
          reject(error);
        },
      );
    });
