import { v5 as uuidOf } from "uuid";
import { uuid } from "../../lib/models/formats";
import { parametersOf } from "../../lib/models/parameters";
import { valueAt } from "../../lib/models/paths";
import { preprocess } from "../../lib/models/preprocess";
import type { Context } from "../context";
import type { Sender } from "../http";
import type { KnownPicture } from "../images/drawing";
import type { ImageFile } from "../images/files";
import { drawnSize, findPicture, keepPicture, strangePicture, unknownSize } from "../input-picture";
import type { Task } from "../jobs";
import { pricePerGuide } from "../prices";
import { acceptTask } from "./accept";
import { type Answer, refused } from "./answer";
import { readForm } from "./preprocess-form";
import { validateTask } from "./validation";

/** Under which the UUIDs of input pictures are made: the same picture has the same one. */
const namespace = "5d1c8a51-5e0c-4a1b-8a83-0d6f3d2a9b47";

/** controlNetPreprocess: the guide image for a ControlNet, made of another picture. */
export async function preprocessImage(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const { newer, named } = readForm(task);
  const violations = validateTask(preprocess, newer, context);
  if (violations.length > 0) return refused(...violations.map(named));
  const { images } = context;
  const format = await images.formatFor(task.outputFormat);
  const image = valueAt(newer, ["inputs", "image"]);
  const file = await findPicture(image, context, sender.url);
  const input = typeof file === "object" ? keepPicture(file, context) : strangePicture(image);
  const size = typeof file === "object" ? drawnSize(file.bytes) : unknownSize;
  const drawing = {
    kind: String(newer.model).slice(preprocess.id.length + 1),
    input,
    ...size,
    low: Number(settingOf(newer, "lowThresholdCanny")),
    high: Number(settingOf(newer, "highThresholdCanny")),
    details: settingOf(newer, "includeHandsAndFaceOpenPose") === true,
  };
  const inputImageUUID = typeof image === "string" && uuid(image) ? image : keepInput(input, file, context);
  const plan = { drawing, format, seeds: [0n], price: pricePerGuide, inputImageUUID };
  return acceptTask(task, plan, named({ parameter: "inputs.image" }).parameter, context, sender);
}

/** What the task says, else what holds anyway. */
const settingOf = (task: Task, name: string): unknown =>
  valueAt(task, ["settings", name]) ?? parametersOf(preprocess).leaves.get(`settings.${name}`)?.default;

/** Keeps a picture that came in the request as if it had been uploaded; gives its UUID. */
function keepInput({ fingerprint }: KnownPicture, file: ImageFile | string | undefined, { images }: Context): string {
  const id = uuidOf(fingerprint, namespace);
  if (!images.isUpload(id)) images.keepUpload(id, typeof file === "object" ? file : undefined);
  return id;
}
