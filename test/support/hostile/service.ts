import type { Scripted, ScriptedServer } from "../scripted-server";
import { type AnswerPlan, answerOf } from "./answers";

type Received = ScriptedServer["requests"][number];

/** A paid request that arrived, and with which status it was answered; undefined where no whole answer was sent. */
export interface Submission {
  id: string;
  status: number | undefined;
  plan: AnswerPlan | undefined;
}

const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** Task types that cost money. */
const PAID = new Set(["imageInference", "controlNetPreprocess"]);

/**
 * A service that answers a message's requests as its plans say, one after the other, and from then on as it should.
 * It tells which requests were paid ones.
 */
export class HostileService {
  readonly submissions: Submission[] = [];
  readonly #plans: AnswerPlan[];
  readonly #secrets: { prompt: string; key: string };
  // It can repeat a prompt that it has heard.
  #hasPrompt = false;
  #id = "job-1";

  constructor(plans: readonly AnswerPlan[], secrets: { prompt: string; key: string }) {
    this.#plans = [...plans];
    this.#secrets = secrets;
  }

  /** @param base the address below which this message's service is. */
  answer(received: Received, base: string): Scripted {
    const url = `${base}/picture.png`;
    const id = received.tasks[0]?.taskUUID ?? this.#id;
    const next = this.#plans.shift();
    // A picture that is paid for is waited for and asked for again, for minutes: longer than a test lasts.
    const isTooSlow = received.path.includes(".png") && (next?.way === "hang" || next?.way === "drip");
    const plan = isTooSlow ? { way: "reset" as const } : next;
    const { prompt, key } = this.#secrets;
    this.#hasPrompt ||= received.text.includes(prompt);
    const heard = this.#hasPrompt && !isAboutPicture(received) ? prompt : "a prompt";
    const scripted = plan ? answerOf(plan, { id, url, prompt: heard, key }) : this.#honest(received, url);
    if (isPaid(received)) this.submissions.push({ id, status: statusOf(scripted), plan });
    return scripted;
  }

  #honest({ method, path, tasks }: Received, url: string): Scripted {
    const [task] = tasks;
    if (path.endsWith(".png"))
      return { headers: { "content-type": "image/png" }, text: method === "GET" ? PICTURE : "" };
    if (task) {
      const { taskType, taskUUID, deliveryMethod } = task;
      const known = { taskType, taskUUID };
      const isDone = taskType === "getResponse" || deliveryMethod === "sync";
      const made = { imageUUID: "made", imageURL: url, guideImageURL: url, status: "success", cost: 0.01, seed: 7 };
      return { json: { data: [taskType === "imageUpload" || isDone ? { ...known, ...made } : known] } };
    }
    if (path.includes("/initiate")) return { json: { upload_url: url, file_url: url } };
    if (path.includes("/status")) return { json: { status: "COMPLETED" } };
    if (method === "POST" && path.includes("/queue/")) return { json: { request_id: this.#id } };
    return { json: { images: [{ url, width: 1, height: 1, content_type: "image/png" }], seed: 7 } };
  }
}

const isPaid = ({ method, path, tasks }: Received): boolean =>
  tasks.some(({ taskType }) => PAID.has(taskType)) || (method === "POST" && /\/(queue|run)\//.test(path));

/** Whoever takes a picture in or gives one out does not know whose prompt it is for. */
const isAboutPicture = ({ path, tasks }: Received): boolean =>
  tasks.length > 0 ? tasks.some(({ taskType }) => taskType === "imageUpload") : !/\/(queue|run)\//.test(path);

/** Also of an answer of which the rest was lost: its head says that the request was refused. */
const statusOf = (scripted: Scripted): number | undefined =>
  "raw" in scripted || (!("text" in scripted) && "misbehave" in scripted) ? undefined : (scripted.status ?? 200);
