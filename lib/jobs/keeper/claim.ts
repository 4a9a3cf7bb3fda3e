import type { FluxError } from "../../errors";
import type { Answer, Progress } from "../../providers/provider";
import type { KeptJob } from "./kept-job";

/** Who waits for a claim's result at this moment: the node's input handler. */
export interface Waiter {
  resolve(answer: Answer): void;
  reject(error: FluxError): void;
  onPhase(): void;
  onProgress(progress: Progress): void;
}

/** A message that is to get the result of a job. A job has several when its trigger came twice. */
export interface Claim {
  readonly id: string;
  readonly kept: KeptJob;
  /** The node whose wire the result leaves on. */
  readonly nodeId: string;
  /** Absent while it is in the journal only. */
  message?: object;
  /** Reads the message from there. */
  readonly bringBack?: () => Promise<object>;
  /** It came back after a restart. */
  readonly isRecovered: boolean;
  /** What the journal could not keep of its message. */
  dropped: readonly string[];
  /** It joined a job that had its result already. */
  readonly isRepeat: boolean;
  /** It has had FLUX_TIMEOUT; only a late result is still to come. */
  isTold: boolean;
  /** Its node has it: the message is in the node's input handler, or on its way there. */
  isHandled: boolean;
  waiter?: Waiter;
  /** Of one that joined: resolves once it is durable. */
  joined?: Promise<void> | undefined;
  /** What it alone ends with, whatever becomes of its job. */
  ending?: FluxError;
}
