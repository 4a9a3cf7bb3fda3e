import type { CompositionMode } from "../../lib/models/composition/composition";
import type { ModelFacts } from "../../lib/models/model";
import { isWithin } from "../composition/parameter";
import { isVariable } from "../variable";

/** What a node means to requests that are composed on their way. */
export type Role =
  | {
      kind: "composes";
      mode: CompositionMode;
      /** Which member of `msg.flux` it sets; undefined where only the environment knows. */
      parameter: string | undefined;
    }
  | {
      kind: "infers";
      /** Whether requests leave it as they came: it neither reads nor removes them. */
      ignoresRequests: boolean;
      keepsRequests: boolean;
      takes(parameter: string): boolean;
    }
  | { kind: "other"; removes(parameter: string): boolean };

/** What the pack knows of a node type; undefined: not one of its own. */
export interface Kinds {
  /** Members of `msg.flux` that a composition node may set. */
  parameters(type: string): readonly string[] | undefined;
  inference(type: string, mode: unknown): { facts: ModelFacts; ignoresRequests: boolean } | undefined;
}

type Settings = Readonly<Record<string, unknown>>;

const isOn = (setting: unknown): boolean => setting === true || setting === "true";

/** Whether a model has a parameter of this name, as a value or with members. */
export const takesParameter = ({ leaves }: ModelFacts, parameter: string): boolean =>
  leaves.some(({ path }) => isWithin(parameter, path));

/** A hand may have written anything, and a variable may stand for anything: both mean what is usual. */
const modeOf = ({ mode }: Settings): CompositionMode => (mode === "replace" || mode === "clear" ? mode : "add");

const parameterOf = ({ method }: Settings, parameters: readonly string[]): string | undefined => {
  if (parameters.length === 1 || method === undefined || method === "") return parameters[0];
  return typeof method === "string" && !isVariable(method) ? parameters.find((name) => name === method) : undefined;
};

/** A "change" node that takes msg.flux or a member of it away, or puts something else there. */
const removedByChange = ({ rules }: Settings, parameter: string): boolean => {
  if (!Array.isArray(rules)) return false;
  const isIt = (property: unknown): boolean => property === "flux" || property === `flux.${parameter}`;
  return rules.some((rule: unknown) => {
    if (typeof rule !== "object" || rule === null) return false;
    const { t, p, pt = "msg", tot } = rule as Settings;
    if (pt !== "msg" || !isIt(p)) return false;
    return t === "delete" || t === "move" || (t === "set" && tot !== "msg" && tot !== "jsonata");
  });
};

/** Whether a presign node has the next inference node's picture written into a bucket. */
const isDirectUpload = ({ method = "put", putInto = "flux" }: Settings): boolean =>
  method === "put" && putInto === "flux";

/** @param settings as saved, or as they are in the open dialog. */
export const roleOf = (type: string, settings: Settings, kinds: Kinds): Role => {
  if (type === "flux-s3-presign" && isDirectUpload(settings)) {
    return { kind: "composes", mode: "replace", parameter: "uploadEndpoint" };
  }
  const parameters = kinds.parameters(type);
  if (parameters) return { kind: "composes", mode: modeOf(settings), parameter: parameterOf(settings, parameters) };
  const model = kinds.inference(type, settings.mode);
  if (!model) {
    return { kind: "other", removes: (parameter) => type === "change" && removedByChange(settings, parameter) };
  }
  // What is sent unchecked is not refused here either.
  const sendsAll = isOn(settings.allowUnknown) || isVariable(String(settings.allowUnknown));
  return {
    kind: "infers",
    ignoresRequests: model.ignoresRequests,
    keepsRequests: isOn(settings.keepFlux),
    takes: (parameter) => sendsAll || takesParameter(model.facts, parameter),
  };
};

/** Whether a parameter of a request that comes to a node is still there when it leaves. */
export const passes = (role: Role, parameter: string): boolean => {
  switch (role.kind) {
    case "composes":
      return role.mode === "add" || role.parameter !== parameter;
    case "infers":
      return role.ignoresRequests || role.keepsRequests;
    case "other":
      return !role.removes(parameter);
  }
};
