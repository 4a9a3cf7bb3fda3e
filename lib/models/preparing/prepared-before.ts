import { isDirectUpload } from "../direct-upload";
import type { Leaf, NodeModel } from "../model";
import { parametersOf } from "../parameters";
import type { PreparedRequest, RequestInput } from "../request";
import { isFixed, oncePerDialog } from "./fixed-dialog";
import { copiedMembers } from "./merge";
import { promptViolation } from "./prompt";

/*
 * Most nodes are asked for the same picture over and over, with another prompt each time: the dialog is fixed, and the
 * message brings a prompt and nothing else. What was found valid with one prompt is valid with every other one that is
 * good in itself: no schema and no rule compares a prompt with anything.
 */

/** A request that was found valid, and what decided over it beside the dialog and the text of the prompt. */
interface Before {
  nodeModel: NodeModel;
  settings: Settings;
  prepared: PreparedRequest;
  /** Where the message's prompt goes; undefined where it has none, or the model takes none. */
  promptLeaf: Leaf | undefined;
}

type Settings = Pick<RequestInput, "mode" | "delivery" | "output" | "allowUnknown"> & {
  promptFrom: "nowhere" | "an empty message" | "the message";
};

/** The last one that was made with a dialog: a node's settings do not change. */
const lastOf = oncePerDialog((): { before?: Before } => ({}));

/**
 * The request of a message that differs from one before it by nothing but a good prompt; undefined where that is not so. It
 * is the same as if it had been made anew, and shares nothing with the other.
 */
export const preparedAsBefore = (nodeModel: NodeModel, input: RequestInput): PreparedRequest | undefined => {
  if (!isPromptOnly(input)) return undefined;
  const { before } = lastOf(input.dialog);
  if (before?.nodeModel !== nodeModel || !isSame(before.settings, settingsOf(input))) return undefined;
  const { prepared, promptLeaf } = before;
  const request = copiedMembers(prepared.request);
  if (promptLeaf && input.prompt) {
    if (promptViolation(input.prompt, promptLeaf)) return undefined;
    request[promptLeaf.path] = input.prompt.value;
  }
  const { model, expected, warnings } = prepared;
  return { model, expected, request, attachments: [], warnings: [...warnings], alike: prepared };
};

/** Keeps a request that was found valid for the messages that follow, without its prompt. */
export const keepForNext = (nodeModel: NodeModel, input: RequestInput, prepared: PreparedRequest): void => {
  const { model, request, attachments, warnings } = prepared;
  // The place of a large picture in a request is another one each time, and so is that of a direct upload.
  if (!isPromptOnly(input) || attachments.length > 0 || isDirectUpload(request.uploadEndpoint)) return;
  const settings = settingsOf(input);
  const promptLeaf =
    settings.promptFrom === "the message"
      ? parametersOf(model).leaves.get(model.dialect.promptParameter ?? "")
      : undefined;
  const kept = copiedMembers(request);
  // Its place among the others stays.
  if (promptLeaf) kept[promptLeaf.path] = "";
  lastOf(input.dialog).before = {
    nodeModel,
    settings,
    prepared: { ...prepared, request: kept, warnings: [...warnings] },
    promptLeaf,
  };
};

/** Whether nothing of a message but its prompt decides over the request. */
const isPromptOnly = ({ dialog, flux, image }: RequestInput): boolean =>
  (flux === undefined || flux === null) && image === undefined && isFixed(dialog);

const settingsOf = ({ mode, delivery, output, allowUnknown, prompt }: RequestInput): Settings => ({
  mode,
  delivery,
  output,
  allowUnknown,
  promptFrom: prompt === undefined ? "nowhere" : prompt.value === undefined ? "an empty message" : "the message",
});

const isSame = (one: Settings, other: Settings): boolean =>
  one.promptFrom === other.promptFrom &&
  one.mode === other.mode &&
  one.delivery === other.delivery &&
  one.output === other.output &&
  one.allowUnknown === other.allowUnknown;
