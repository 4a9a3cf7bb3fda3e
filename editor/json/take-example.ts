import { modelById, nodeModels } from "../../lib/models/catalogue";
import type { Leaf, Mode, Model, NodeModel } from "../../lib/models/model";
import { knows, parametersOf } from "../../lib/models/parameters";
import { generalPath, readPath, removeAt, valueAt, writePath } from "../../lib/models/paths";
import { copiedMembers } from "../../lib/models/preparing/merge";
import { normaliseSpellings } from "../../lib/models/preparing/spellings";
import type { FluxRequest } from "../../lib/models/request";
import { schemaFindings } from "../../lib/models/wording/schema-findings";
import { allowsUnknown, type ReadSetting, readMode } from "../checking/node-settings";
import type { Typed } from "../node-red";
import { readPlaceholder } from "./placeholder";
import type { Example } from "./read-example";

/** What an example makes of a dialog, once it is applied. */
export interface Taken {
  values: Map<string, Typed>;
  /** Changed settings: where prompt and picture come from, the mode. */
  settings: ReadonlyMap<string, unknown>;
  /** Values, prompt and picture included. */
  count: number;
  /** What was written in another way, and how it is taken. */
  respelt: readonly (readonly [given: string, taken: string])[];
  /** What the node sets itself. */
  owned: readonly string[];
  /** What the model has no parameter for; taken all the same where the node lets unknown parameters through. */
  unknown: readonly string[];
}

/** An example of something else: what it asks for, and the type of the node that makes that. */
export interface Elsewhere {
  asked: string;
  node?: string;
}

const endpointsOf = (model: NodeModel): readonly Model[] => ("modes" in model ? Object.values(model.modes) : [model]);

const nodeOf = (isWanted: (model: Model) => boolean): string | undefined =>
  nodeModels.find((model) => endpointsOf(model).some(isWanted))?.type;

/** What an example is for, where that is not this node's. */
const elsewhere = (nodeModel: NodeModel, { request, endpoint }: Example): Elsewhere | undefined => {
  const endpoints = endpointsOf(nodeModel);
  const isHere = (isWanted: (model: Model) => boolean): boolean => endpoints.some(isWanted);
  const asking = (asked: string, isWanted: (model: Model) => boolean): Elsewhere => {
    const node = nodeOf(isWanted);
    return { asked, ...(node !== undefined && { node }) };
  };
  const { taskType, model } = request;
  const isTask = typeof taskType === "string";
  if (endpoint !== undefined && !isTask) {
    return isHere(({ id }) => id === endpoint) ? undefined : asking(endpoint, ({ id }) => id === endpoint);
  }
  const [first] = endpoints;
  const tool = first?.taskType;
  const known = typeof model === "string" ? modelById(model) : undefined;
  if (isTask && taskType !== (tool ?? "imageInference") && known !== undefined) {
    return asking(known.id, ({ id }) => id === known.id);
  }
  if (isTask && taskType !== (tool ?? "imageInference")) {
    return asking(taskType, (other) => (other.taskType ?? "imageInference") === taskType && !("mode" in other));
  }
  if (typeof model !== "string" || (first !== undefined && knows(first, "model") && tool !== undefined))
    return undefined;
  return isHere(({ id }) => id === model) ? undefined : asking(model, ({ id }) => id === known?.id);
};

/** The endpoint that an example is for: the one it names, or the one that a picture belongs to. */
const endpointFor = (nodeModel: NodeModel, { request, endpoint }: Example, setting: ReadSetting): Model => {
  if (!("modes" in nodeModel)) return nodeModel;
  const named = endpointsOf(nodeModel).find(({ id }) => id === endpoint);
  const { "text-to-image": text, "image-to-image": image } = nodeModel.modes;
  const hasPicture =
    image.imageParameter !== undefined && valueAt(request, readPath(image.imageParameter)) !== undefined;
  const mode = readMode(setting);
  return named ?? (hasPicture ? image : mode === undefined ? text : nodeModel.modes[mode]);
};

const ofLeaf = ({ kind, choices }: Leaf): string => {
  if (kind === "integer" || kind === "number" || kind === "seed") return "num";
  if (kind === "boolean") return "bool";
  return typeof choices?.[0] === "number" ? "num" : "str";
};

const typedOf = (value: unknown, leaf: Leaf | undefined): Typed => {
  const type = leaf ? ofLeaf(leaf) : typeof value === "number" ? "num" : typeof value === "boolean" ? "bool" : "str";
  return readPlaceholder(value) ?? { type, value: String(value) };
};

/** The values of a request, one by one; null says that there is none. */
function* flat(model: Model, value: unknown, path: readonly (string | number)[]): Generator<[string, Typed]> {
  const general = generalPath(path);
  const { leaves, lists } = parametersOf(model);
  if (value === null || value === undefined) return;
  if (typeof value === "object") {
    const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [name, inner] of entries) yield* flat(model, inner, [...path, name]);
    return;
  }
  const isSingle = lists.has(general) && readPlaceholder(value) === undefined;
  const place = isSingle ? [...path, 0] : path;
  yield [place.join("."), typedOf(value, leaves.get(isSingle ? `${general}[]` : general))];
}

/** A value that "Prompt from" or "Image from" can bring: one text. */
const oneText = (value: unknown): string | undefined => {
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof only === "string" ? only : undefined;
};

/** What an example would make of a dialog, or where else it belongs. Nothing of it is changed. */
export const takeExample = (nodeModel: NodeModel, example: Example, setting: ReadSetting): Taken | Elsewhere => {
  const other = elsewhere(nodeModel, example);
  if (other !== undefined) return other;
  const model = endpointFor(nodeModel, example, setting);
  const request: FluxRequest = copiedMembers({ ...example.request });
  const settings = new Map<string, unknown>();
  const owned = dropOwned(model, request);
  const { respelt } = normaliseSpellings(model, request);

  const source = (path: string | undefined, property: string): void => {
    const text = path === undefined ? undefined : oneText(valueAt(request, readPath(path)));
    if (path === undefined || text === undefined) return;
    settings.set(property, readPlaceholder(text) ?? { type: "str", value: text });
    removeAt(request, readPath(path));
  };
  source(model.dialect.promptParameter, "promptFrom");
  source(model.imageParameter, "imageFrom");
  const sources = settings.size;
  const unknown = unknownIn(model, request);
  if (!allowsUnknown(setting)) for (const path of unknown) removeAt(request, readPath(path));
  const mode: Mode | undefined = model.mode;
  if (mode !== undefined && readMode(setting) !== mode && example.endpoint === model.id) settings.set("mode", mode);
  const values = new Map(flat(model, request, []));
  return { values, settings, count: values.size + sources, respelt, owned, unknown };
};

/** Takes out, in place, what names the task, what the node sets itself, and what it sends anyway. */
const dropOwned = (model: Model, request: FluxRequest): string[] => {
  const isTool = model.taskType !== undefined;
  const named = model.dialect.taskNames.map(({ parameter }) => parameter);
  const set = model.facts.leaves.flatMap(({ path, owned, sent }) => {
    const isSent = sent !== undefined && !path.includes(".") && request[path] === sent && !(isTool && path === "model");
    return owned || isSent ? [path] : [];
  });
  const dropped = [...new Set([...named, ...set])].filter((name) => request[name] !== undefined);
  for (const name of dropped) delete request[name];
  return dropped;
};

/** Paths of what the model has no parameter for. */
const unknownIn = (model: Model, request: FluxRequest): string[] => {
  model.validate(request);
  return [...schemaFindings(model, request, model.validate.errors ?? []).values()]
    .filter(({ kind }) => kind === "unknown")
    .map(({ path }) => writePath(path));
};

/** Whether an example was taken. */
export const isTaken = (result: Taken | Elsewhere): result is Taken => "values" in result;
