import type { Mode } from "../../lib/models/model";
import type { Delivery, OutputForm } from "../../lib/models/request";
import { isVariable } from "../variable";

/** The settings of an inference node, as saved or as changed since: `mode`, `promptFrom`, `output`. */
export type ReadSetting = (property: string) => unknown;

const oneOf =
  <Choice extends string>(choices: readonly Choice[]) =>
  (value: unknown): Choice | undefined =>
    choices.find((choice) => choice === value);

const outputOf = oneOf<OutputForm>(["url", "buffer", "base64", "dataURI"]);
const deliveryOf = oneOf<Delivery>(["queue", "sync"]);
const modeOf = oneOf<Mode>(["text-to-image", "image-to-image"]);

export const readOutput = (setting: ReadSetting): OutputForm => outputOf(setting("output")) ?? "url";
export const readDelivery = (setting: ReadSetting): Delivery => deliveryOf(setting("delivery")) ?? "queue";

/** undefined where the message decides. */
export const readMode = (setting: ReadSetting): Mode | undefined => modeOf(setting("mode"));

/** Whether unknown parameters are let through; a variable may say so too. */
export const allowsUnknown = (setting: ReadSetting): boolean => {
  const value = String(setting("allowUnknown") ?? "");
  return value === "true" || isVariable(value);
};
