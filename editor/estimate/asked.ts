import { type EditorModel, endpointOf } from "../models";
import { type EditorNode, page, type Typed } from "../node-red";
import type { OpenSettings } from "../open-settings";
import { patternOf, type Values } from "../params";
import { asTyped } from "../saved-node";

/** Stands for a value of which it only counts that there is one: prompts and pictures stay in the browser. */
const STAND_IN: Typed = { type: "str", value: "1" };

/** Kinds of parameters whose value changes no price. */
const UNPRICED = new Set(["prompt", "text", "seed", "url"]);

/** What the server needs to know of an open dialog to price a run of it. */
export const askedIn = (
  node: EditorNode,
  model: EditorModel,
  settings: Pick<OpenSettings, "read">,
  values: Values,
  brought: readonly string[],
): object => {
  const account = String(page.$("#node-input-account").val() ?? "").replace(/^_ADD_$/, "");
  const chosen = account === "" ? null : page.RED.nodes.node(account);
  const environment = chosen?.environment;
  // A table that is deployed is with the server, which knows its variables; in one that is not, they are no numbers yet.
  const prices = chosen?.changed === true ? chosen.prices : undefined;
  return {
    type: node.type,
    account,
    // As its dialog was left, deployed or not.
    ...(environment !== undefined && { environment: String(environment) }),
    ...(prices !== undefined && { prices }),
    params: pricedParams(model, settings.read("mode"), values),
    mode: String(settings.read("mode") ?? "auto"),
    image: hasImage(model, settings.read("imageFrom")),
    brought,
  };
};

/** A tool takes its picture from the payload when its node does not say. */
const hasImage = ({ resultInto }: EditorModel, imageFrom: unknown): boolean => {
  const type = asTyped(imageFrom)?.type;
  return type === undefined ? resultInto !== undefined : type !== "none";
};

const pricedParams = (model: EditorModel, mode: unknown, values: Values): Record<string, Typed> => {
  const { facts } = endpointOf(model, mode);
  const priced: Record<string, Typed> = {};
  for (const [path, typed] of values) {
    const pattern = patternOf(path);
    const leaf = facts.leaves.find((one) => one.path === pattern);
    const isHolder = facts.objects.includes(pattern) || facts.lists.some((list) => list.path === pattern);
    if (leaf && UNPRICED.has(leaf.kind)) continue;
    const isSent = isHolder || (leaf !== undefined && leaf.kind !== "image" && leaf.kind !== "model");
    priced[path] = isSent ? typed : STAND_IN;
  }
  return priced;
};
