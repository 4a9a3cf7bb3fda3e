import { settingOwners } from "../../lib/models/fragments/runware/preprocessors";
import { preprocess } from "../../lib/models/preprocess";
import type { Task } from "../jobs";

const settingNames = Object.keys(settingOwners);

/** What the older form of the task calls what the newer one has elsewhere. */
const olderNames: Readonly<Record<string, string>> = {
  model: "preProcessorType",
  "inputs.image": "inputImage",
  ...Object.fromEntries(settingNames.map((name) => [`settings.${name}`, name])),
};

/** A preprocessing task in the newer form. */
export interface Form {
  newer: Task;
  /** What is said about the newer form, in the names of the form that came. */
  named: <T extends { parameter?: string; code?: string }>(about: T) => T;
}

/** Reads a task in either form; one that mixes them is taken for the newer one, which does not know the others' names. */
export function readForm(task: Task): Form {
  const isOlder = task.inputImage !== undefined || task.preProcessorType !== undefined;
  if (!isOlder || task.model !== undefined || task.inputs !== undefined)
    return { newer: task, named: (about) => about };
  const { inputImage, preProcessorType, ...others } = task;
  const isSetting = ([name]: [string, unknown]): boolean => settingNames.includes(name);
  const settings = Object.fromEntries(Object.entries(others).filter(isSetting));
  const rest = Object.fromEntries(Object.entries(others).filter((entry) => !isSetting(entry)));
  return {
    newer: {
      ...rest,
      model: typeof preProcessorType === "string" ? modelFor(preProcessorType) : preProcessorType,
      inputs: { image: inputImage },
      ...(Object.keys(settings).length > 0 && { settings }),
    },
    named: (about) => {
      const older = about.parameter === undefined ? undefined : olderNames[about.parameter];
      if (older === undefined) return about;
      const subject = `${older.charAt(0).toUpperCase()}${older.slice(1)}`;
      return {
        ...about,
        parameter: older,
        ...(about.code === undefined ? {} : { code: about.code.replace(/[A-Z].*$/, subject) }),
      };
    },
  };
}

/** Older clients write underscores: lineart_anime. */
const modelFor = (kind: string): string => `${preprocess.id}@${kind.replaceAll("_", "-")}`;
