import type { Dialect } from "./dialect";
import { runware } from "./runware";

const TASK_TYPE = "controlNetPreprocess";

/** Runware's preprocessors: no prompt, one picture in, one out; `model` says which of them it is. */
export const runwarePreprocess: Dialect = {
  ...runware,
  promptParameter: undefined,
  countParameter: undefined,
  taskNames: [{ parameter: "taskUUID" }, { parameter: "taskType", only: () => TASK_TYPE, meaning: () => "runs" }],
  fixed: () => ({}),
  standIn: { ...runware.standIn, taskType: TASK_TYPE },
};
