import { Closing } from "../../closing";
import { FluxError } from "../../errors";
import type { Send } from "../../net/http";
import type { AccountProvider } from "../account-kind";
import { closableCalls } from "../closing";
import { checkedAddress, checkedKey } from "../credentials";
import type { Item } from "../json";
import { promptsIn } from "../prompts";
import type { Found } from "../provider";
import { quoter } from "../quote";
import type { UploadMemory } from "../upload-memory";
import { createUploads } from "../uploads";
import type { Asking } from "./ask";
import { askBalance } from "./balance";
import { createCall } from "./call";
import { closed, serviceError } from "./errors";
import { createFind } from "./find";
import { type Pace, usualPace } from "./pace";
import { Poller } from "./poller";
import { Prompts } from "./prompts";
import { createSubmit, MOST_TASKS } from "./submit-batch";
import { mayBeForPictures, uploadPicture } from "./upload";

/** How long the same taskUUID may be sent again after its first submit, in ms: the design's choice, not Runware's. */
const RESEND_WINDOW = 10 * 60 * 1000;

/** Ms for one POST, by what it does. A sync task is answered when its pictures are made. */
interface Timeouts {
  submit: number;
  sync: number;
  poll: number;
  upload: number;
}

const usualTimeouts: Timeouts = { submit: 60_000, sync: 30 * 60_000, poll: 60_000, upload: 180_000 };

const owner = { provider: "runware", title: "Runware" } as const;

export interface RunwareOptions {
  /** The URL that tasks are POSTed to. */
  baseUrl: string;
  apiKey: string;
  send: Send;
  pace?: Partial<Pace>;
  timeouts?: Partial<Timeouts>;
  /** The process's own when left out. */
  uploadMemory?: UploadMemory;
}

/**
 * The client of one Runware account.
 *
 * @throws FluxError FLUX_CONFIG when the base URL or the key cannot be used.
 */
export function createRunware(options: RunwareOptions): AccountProvider {
  const apiKey = checkedKey(options.apiKey, owner);
  const { href: baseUrl } = checkedAddress(options.baseUrl, "base URL", owner);
  const closing = new Closing();
  const call = createCall({ baseUrl, apiKey, send: options.send, closing });
  const pace = { ...usualPace, ...options.pace };
  const timeouts = { ...usualTimeouts, ...options.timeouts };
  const asking: Asking = { call, apiKey, timeout: timeouts.poll };
  const prompts = new Prompts(apiKey);
  const toError = (failure: Item, id: string) =>
    serviceError(failure, {
      purpose: "result",
      status: 200,
      requestId: id,
      named: true,
      apiKey,
      quote: prompts.quoteFor([id]),
    });
  const poller = new Poller({ asking, pace, toError });
  const find = createFind({ asking, toError });
  const uploads = createUploads(
    {
      upload: (picture, signal) => uploadPicture({ call, apiKey, timeout: timeouts.upload }, picture, signal),
      mayBeForPictures,
    },
    { provider: "runware", address: baseUrl, apiKey },
    options.uploadMemory,
  );
  const submit = createSubmit({
    call,
    apiKey,
    timeouts: { async: timeouts.submit, sync: timeouts.sync },
    quoteFor: (requests) => quoter(apiKey, requests.flatMap(promptsIn)),
  });
  /** What a settled job says about its uploads; nothing is quoted of it any more. */
  const heard = <T extends Found>(id: string, found: T): T => {
    if (found.state === "settled") {
      prompts.forget(id);
      uploads.ended(id, found.answer.errors);
    }
    return found;
  };
  const runCall = closableCalls(closing);

  return {
    name: "runware",
    resendWindow: RESEND_WINDOW,
    tasksPerRequest: MOST_TASKS,
    prepare: (task, signal) => runCall(signal, (either) => uploads.prepare(task, either)),
    submit: async (task, signal) => {
      const { id, request } = task;
      try {
        // One request, which ends with its signal and with the closing by itself.
        const submission = await submit(task, signal);
        // It will be asked for; one that was answered at once will not.
        if (submission.state === "accepted") prompts.remember(id, request);
        return heard(id, submission);
      } catch (error) {
        prompts.remember(id, request);
        if (error instanceof FluxError) uploads.failed(id, error);
        throw error;
      }
    },
    find: async (task, signal) => {
      prompts.learn(task.id, task.request);
      return heard(task.id, await runCall(signal, (either) => find(task, either)));
    },
    wait: (task, signal, onProgress) => {
      const { id, request } = task;
      prompts.learn(id, request);
      return poller.wait(task, signal, onProgress).then((answer) => {
        heard(id, { state: "settled", answer });
        return answer;
      });
    },
    check: async (signal) => ({
      balance: await runCall(signal, (either) => askBalance({ call, apiKey, timeout: timeouts.poll }, either)),
    }),
    close: async () => {
      closing.close(closed());
      poller.close(closed());
    },
  };
}
