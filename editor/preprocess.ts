import { preprocessorModel, preprocessors, settingOwners } from "../lib/models/fragments/runware/preprocessors";
import { isVariable, type Problem } from "./check";
import { models } from "./models";
import type { EditorNode } from "./node-red";
import { readParams, type Values } from "./params";
import { readSaved } from "./saved-node";

/** A value that is written in the dialog itself; undefined where something else decides about it. */
const written = (values: Values, path: string): string | undefined => {
  const { type, value } = values.get(path) ?? {};
  return (type === "str" || type === "num") && value !== undefined && !isVariable(value) ? value : undefined;
};

/** Paths of the settings that the chosen preprocessor does not have; none where the choice is made elsewhere. */
const settingsOfOthers = (values: Values): string[] => {
  const model = values.has("model") ? written(values, "model") : preprocessorModel("canny");
  const kind = preprocessors.find((name) => preprocessorModel(name) === model);
  const others = Object.entries(settingOwners).filter(([, owner]) => kind !== undefined && owner !== kind);
  return others.map(([name]) => `settings.${name}`);
};

/** What is wrong with the settings of a preprocess node, by path. */
export const preprocessProblems = (values: Values): [path: string, problem: Problem][] => {
  const set = settingsOfOthers(values).filter((path) => values.has(path));
  const problems = set.map((path): [string, Problem] => [path, { key: "otherPreprocessor" }]);
  const low = Number(written(values, "settings.lowThresholdCanny"));
  const high = Number(written(values, "settings.highThresholdCanny"));
  return low >= high ? [...problems, ["settings.lowThresholdCanny", { key: "notBelow", values: { high } }]] : problems;
};

/** Hides the rows of settings that the chosen preprocessor does not have, and a section that has no other rows. */
export const hideSettingsOfOthers = (sections: HTMLElement, values: Values): void => {
  const needless = settingsOfOthers(values).filter((path) => !values.has(path));
  for (const row of sections.querySelectorAll<HTMLElement>('[data-parameter^="settings."]')) {
    row.hidden = needless.includes(row.dataset.parameter ?? "");
  }
  const section = sections.querySelector<HTMLElement>('[data-group="features"]');
  if (section) section.hidden = needless.length === Object.keys(settingOwners).length;
};

/** What a preprocessing node without a name is called on the canvas: what it makes of a picture, such as "canny". */
export const preprocessLabel = (node: EditorNode): string => {
  const leaf = models[node.type]?.facts.leaves.find(({ path }) => path === "model");
  const { type, value } = readParams(readSaved(node).params).get("model") ?? { type: "str", value: leaf?.default };
  const kind = type === "str" ? String(value).split("@")[1] : undefined;
  return kind ?? node._def._("dialog.preprocess");
};
