import { validate as isUuid, v4 as uuid } from "uuid";
import { FluxError } from "../errors";
import type { Job } from "../jobs/job";
import type { Claim } from "../jobs/keeper/claim";
import type { Keeper } from "../jobs/keeper/keeper";
import { adoptedJob } from "../jobs/new-job";
import { readPictureCount } from "../providers/json";
import { assertRoom } from "./accept-message";
import type { Resumed } from "./controls";
import type { InferenceOwner } from "./inference-owner";
import type { Run } from "./runs";
import type { FluxMessage } from "./types";

/**
 * Asks for the result of a job that was paid for before: of this node, of another instance, of another day.
 * @throws FluxError FLUX_VALIDATION when it is of another service or model.
 */
export async function resumeMessage(
  owner: InferenceOwner,
  keeper: Keeper,
  message: FluxMessage,
  run: Run,
  resumed: Resumed,
): Promise<Claim> {
  const account = await owner.account();
  run.room = assertRoom(owner, message);
  const { provider } = account.opened.service;
  const check = (known: { provider?: string; model?: string }) => {
    const isOther = known.provider !== undefined && known.provider !== provider.name;
    if (isOther) throw notForThis(resumed.id, `it is a job of ${known.provider}, and this node uses ${provider.name}`);
    if (known.model === undefined || owner.modelOf({ model: known.model })) return;
    throw notForThis(resumed.id, `it was made by ${known.model}, which is not the model of this node`);
  };
  check(resumed);
  const isNamedByUs = provider.resendWindow > 0;
  if (isNamedByUs && !isUuid(resumed.requestId ?? resumed.id)) {
    throw notForThis(resumed.id, "a job of this service is named by a UUID");
  }
  const [first] = "modes" in owner.model ? Object.values(owner.model.modes) : [owner.model];
  const { request = {} } = resumed;
  const expected = readPictureCount(request.numberResults) ?? readPictureCount(request.num_images);
  const requestId = resumed.requestId ?? resumed.id;
  const job = adoptedJob(
    {
      id: isNamedByUs ? requestId : isUuid(resumed.id) ? resumed.id : uuid(),
      model: resumed.model ?? first?.id ?? "",
      ...(first?.taskType !== undefined && { taskType: first.taskType }),
      request,
      promptHash: resumed.promptHash,
      expected,
      ...(!isNamedByUs && { receipt: { requestId } }),
    },
    owner.acceptance(account),
  );
  await keeper.ready;
  run.signal.throwIfAborted();
  return keeper.intake.resume(job, message, owner.contextWith(account), ({ service, model }: Job) =>
    check({ provider: service.provider, model }),
  );
}

const notForThis = (id: string, why: string): FluxError => {
  const problem = `job ${id} cannot be resumed here: ${why}`;
  return new FluxError("FLUX_VALIDATION", `msg.resume: ${problem}. Nothing was sent.`, {
    parameter: "msg.resume",
    violations: [{ parameter: "msg.resume", message: `${problem}.` }],
  });
};
