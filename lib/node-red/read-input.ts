import type { FluxRequest, RequestInput, Sourced } from "../models/request";
import { nest } from "./params";
import type { InferenceSettings } from "./settings";
import { evaluate, isLiteral } from "./typed-values";
import type { FluxMessage, Node, NodeAPI, TypedValue } from "./types";

/**
 * The values of a dialog's parameters for one message, nested as a request has them.
 * @throws FluxError FLUX_VALIDATION when a typed value cannot be evaluated.
 */
export async function readDialog(
  RED: NodeAPI,
  node: Node,
  params: Readonly<Record<string, TypedValue>>,
  message: FluxMessage,
): Promise<FluxRequest> {
  const values = new Map<string, unknown>();
  for (const [path, typed] of Object.entries(params)) {
    values.set(path, isLiteral(typed) ? typed.value : (await evaluate(RED, node, typed, message, path)).value);
  }
  return nest(values);
}

/**
 * Gathers what a message and the dialog ask for. The message is read, never changed.
 * @throws FluxError FLUX_VALIDATION when a typed value cannot be evaluated.
 */
export async function readInput(
  RED: NodeAPI,
  node: Node,
  settings: InferenceSettings,
  message: FluxMessage,
): Promise<RequestInput> {
  const { params, promptFrom, imageFrom, mode, delivery, output, allowUnknown } = settings;
  const read: Read = (typed, setting) => evaluate(RED, node, typed, message, setting);
  return {
    dialog: await readDialog(RED, node, params, message),
    ...(promptFrom.type !== "none" && { prompt: await sourced(read, promptFrom, "Prompt from") }),
    ...(imageFrom.type !== "none" && { image: await sourced(read, imageFrom, "Image from") }),
    flux: message.flux,
    origins: message.fluxOrigins,
    mode,
    delivery,
    output,
    allowUnknown,
  };
}

type Read = (typed: TypedValue, setting: string) => ReturnType<typeof evaluate>;

async function sourced(read: Read, typed: TypedValue, setting: string): Promise<Sourced> {
  const place = typed.type === "msg" ? `msg.${typed.value}` : `${typed.type} ${typed.value}`;
  const { value } = await read(typed, setting);
  return { value, source: `${setting} (${typed.type === "str" ? "text" : place})` };
}
