import { preprocessorModel, preprocessors, settingOwners } from "../fragments/runware/preprocessors";
import { error, member, numberIn } from "./reading";
import type { Rule } from "./rule";

export const settingsOfOthers: Rule = function* ({ model, settings }) {
  const kind = preprocessors.find((name) => preprocessorModel(name) === model);
  if (kind === undefined) return;
  for (const [name, owner] of Object.entries(settingOwners)) {
    const value = member(settings, name);
    if (value === undefined || kind === owner) continue;
    yield error(
      `settings.${name}`,
      { key: "settingOfOther", values: { owner, kind }, others: { model: "model" } },
      `settings.${name} belongs to the preprocessor ${owner}, and the one here is ${kind}. Leave it out, or choose ${owner}.`,
      { value },
    );
  }
};

/** Edges start above the high threshold and go on down to the low one. */
export const thresholdsInOrder: Rule = function* ({ settings }) {
  const low = numberIn(settings, "lowThresholdCanny");
  const high = numberIn(settings, "highThresholdCanny");
  if (low === undefined || high === undefined || low < high) return;
  yield error(
    "settings.lowThresholdCanny",
    { key: "notBelow", values: { high }, others: { other: "settings.highThresholdCanny" } },
    `settings.lowThresholdCanny is ${low}, but must be below highThresholdCanny, which is ${high}.`,
    { value: low, allowed: `below ${high}` },
  );
};
