import { preprocessorModel, preprocessors, settingOwners } from "../lib/models/fragments/runware/preprocessors";
import { models } from "./models";
import type { EditorNode } from "./node-red";
import { readParams, type Values } from "./params";
import { readSaved } from "./saved-node";
import { written } from "./written";

/** Paths of the settings that the chosen preprocessor does not have; none where the choice is made elsewhere. */
const settingsOfOthers = (values: Values): string[] => {
  const model = values.has("model") ? written(values, "model") : preprocessorModel("canny");
  const kind = preprocessors.find((name) => preprocessorModel(name) === model);
  const others = Object.entries(settingOwners).filter(([, owner]) => kind !== undefined && owner !== kind);
  return others.map(([name]) => `settings.${name}`);
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

/** What a preprocessing node without a name is called on the canvas: what it makes of a picture, "preprocess canny". */
export const preprocessLabel = (node: EditorNode): string => {
  const t = node._def._;
  const values = readParams(readSaved(node).params);
  const standard = models[node.type]?.facts.leaves.find(({ path }) => path === "model")?.default;
  const model = values.has("model") ? written(values, "model") : String(standard ?? "");
  const kind = model?.split("@")[1];
  return kind === undefined ? t("labels.preprocess") : t("labels.preprocessTo", { kind });
};
