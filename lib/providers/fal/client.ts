import { Closing } from "../../closing";
import { FluxError } from "../../errors";
import type { Send } from "../../net/http";
import { Turnstile } from "../../turnstile";
import type { AccountProvider } from "../account-kind";
import { closableCalls } from "../closing";
import { checkedAddress, checkedKey } from "../credentials";
import type { Found, Task } from "../provider";
import type { UploadMemory } from "../upload-memory";
import { createUploads } from "../uploads";
import { createCall } from "./call";
import { cancel } from "./cancel";
import { check } from "./check";
import type { FalAddresses, FalContext, Timeouts } from "./context";
import { closed } from "./errors";
import { find } from "./find";
import { inquire } from "./inquiry";
import { type Pace, usualPace } from "./pace";
import { submit } from "./submit";
import { mayBeForPictures, uploadPicture } from "./upload";
import { wait } from "./wait";

const usualTimeouts: Timeouts = { submit: 60_000, sync: 30 * 60_000, read: 60_000, upload: 180_000 };

const owner = { provider: "fal", title: "fal" } as const;

export interface FalOptions {
  addresses: FalAddresses;
  apiKey: string;
  send: Send;
  pace?: Partial<Pace>;
  timeouts?: Partial<Timeouts>;
  /** The process's own when left out. */
  uploadMemory?: UploadMemory;
}

/**
 * The client of one fal account.
 *
 * @throws FluxError FLUX_CONFIG when an address or the key cannot be used.
 */
export function createFal({ send, uploadMemory, ...options }: FalOptions): AccountProvider {
  const apiKey = checkedKey(options.apiKey, owner);
  const address = (text: string, name: string) => checkedAddress(text, name, owner).href.replace(/\/+$/, "");
  const addresses: FalAddresses = {
    queueUrl: address(options.addresses.queueUrl, "queue URL"),
    runUrl: address(options.addresses.runUrl, "direct URL"),
    restUrl: address(options.addresses.restUrl, "upload URL"),
  };
  const pace = { ...usualPace, ...options.pace };
  const closing = new Closing();
  const context: FalContext = {
    call: createCall({ addresses, apiKey, send, closing }),
    addresses,
    apiKey,
    pace,
    statuses: new Turnstile({ most: pace.gap > 0 ? 1 : 0, per: pace.gap }),
    timeouts: { ...usualTimeouts, ...options.timeouts },
  };
  const uploads = createUploads(
    { upload: (picture, signal) => uploadPicture(context, send, picture, signal), mayBeForPictures },
    { provider: "fal", address: addresses.restUrl, apiKey },
    uploadMemory,
  );
  const runCall = closableCalls(closing);
  /** What a settled job says about its uploads. */
  const heard = <T extends Found>({ id }: Task, found: T): T => {
    if (found.state === "settled") uploads.ended(id, found.answer.errors);
    return found;
  };

  return {
    name: "fal",
    resendWindow: 0,
    prepare: (task, signal) => runCall(signal, (either) => uploads.prepare(task, either)),
    submit: async (task, signal) => {
      try {
        // One request, which ends with its signal and with the closing by itself.
        return heard(task, await submit(context, task, signal));
      } catch (error) {
        if (error instanceof FluxError) uploads.failed(task.id, error);
        throw error;
      }
    },
    find: async (task, signal) =>
      heard(task, await runCall(signal, async (either) => find(inquire(context, task), either))),
    wait: async (task, signal, onProgress) => {
      const answer = await runCall(signal, async (either) => wait(inquire(context, task), either, onProgress));
      uploads.ended(task.id, answer.errors);
      return answer;
    },
    cancel: (task, signal) => runCall(signal, async (either) => cancel(inquire(context, task), either)),
    check: (signal) => runCall(signal, (either) => check(context, either)),
    close: async () => closing.close(closed()),
  };
}
