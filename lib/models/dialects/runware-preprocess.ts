import { preprocessorModel, settingOwners } from "../fragments/runware/preprocessors";
import type { Dialect, Spelling } from "./dialect";
import { runware } from "./runware";

const TASK_TYPE = "controlNetPreprocess";

/** What a preprocessor was called before each became a model: `lineart_anime`. */
const modelOf = (kind: unknown): unknown =>
  typeof kind === "string" ? preprocessorModel(kind.replaceAll("_", "-")) : kind;

/** How requests were written before preprocessors became models. */
const spellings: readonly Spelling[] = [
  { within: "", written: ["inputImage"], schema: ["inputs", "image"] },
  { within: "", written: ["preProcessorType"], schema: ["model"], meant: modelOf },
  ...Object.keys(settingOwners).map((setting) => ({
    within: "",
    written: [setting],
    schema: ["settings", setting],
  })),
];

const noSize = (): string => "Runware's preprocessors take no size any more. Leave it out";

/** Runware's preprocessors: no prompt, one picture in, one out; `model` says which of them it is. */
export const runwarePreprocess: Dialect = {
  ...runware,
  promptParameter: undefined,
  countParameter: undefined,
  spellings,
  taskNames: [{ parameter: "taskUUID" }, { parameter: "taskType", only: () => TASK_TYPE, meaning: () => "runs" }],
  never: new Map([
    ["width", noSize],
    ["height", noSize],
  ]),
  fixed: () => ({}),
  standIn: { ...runware.standIn, taskType: TASK_TYPE },
};
