import { fixedDialog } from "../models/preparing/fixed-dialog";
import { peek } from "../models/preparing/peek";
import type { FluxRequest, RequestInput, Sourced } from "../models/request";
import { type ValueOrPromise, whenThere } from "../value-or-promise";
import { nest } from "./params";
import { readMember } from "./read-member";
import type { InferenceSettings } from "./settings";
import { type Evaluated, evaluate, isConstant } from "./typed-values";
import type { FluxMessage, Node, NodeAPI, TypedValue } from "./types";

type Params = Readonly<Record<string, TypedValue>>;

/** Dialogs that are the same for every message, by the settings that they are read from. */
const fixedDialogs = new WeakMap<Params, FluxRequest>();

/**
 * The values of a dialog's parameters for one message, nested as a request has them.
 *
 * @param params the same object for each message of a node: what it says without a message is read once.
 * @throws FluxError FLUX_VALIDATION when a typed value cannot be evaluated.
 */
export function readDialog(
  RED: NodeAPI,
  node: Node,
  params: Params,
  message: FluxMessage,
): ValueOrPromise<FluxRequest> {
  const known = fixedDialogs.get(params);
  if (known) return known;
  const read: Read = (typed, setting) => evaluate(RED, node, typed, message, setting);
  return whenThere(readEach(Object.entries(params).values(), read, new Map()), (values) => {
    const dialog = nest(values);
    if (!Object.values(params).every(isConstant)) return dialog;
    fixedDialogs.set(params, fixedDialog(dialog));
    return dialog;
  });
}

/** One after the other: the first that fails is told of, and nobody waits for the others. */
function readEach(
  rest: IterableIterator<[string, TypedValue]>,
  read: Read,
  values: Map<string, unknown>,
): ValueOrPromise<Map<string, unknown>> {
  for (const [path, typed] of rest) {
    const evaluated = read(typed, path);
    if (evaluated instanceof Promise) {
      return evaluated.then(({ value }) => readEach(rest, read, values.set(path, value)));
    }
    values.set(path, evaluated.value);
  }
  return values;
}

/**
 * Gathers what a message and the dialog ask for: at once, where every typed value is there at once. The message is read,
 * never changed.
 * @throws FluxError FLUX_VALIDATION when a typed value cannot be evaluated, or `msg.flux` not be read.
 */
export function readInput(
  RED: NodeAPI,
  node: Node,
  settings: InferenceSettings,
  message: FluxMessage,
): ValueOrPromise<RequestInput> {
  const { params, promptFrom, imageFrom, mode, delivery, output, allowUnknown } = settings;
  const read: Read = (typed, setting) => evaluate(RED, node, typed, message, setting);
  return whenThere(readDialog(RED, node, params, message), (dialog) =>
    whenThere(sourced(read, promptFrom, "Prompt from"), (prompt) =>
      whenThere(sourced(read, imageFrom, "Image from"), (image) => ({
        dialog,
        prompt,
        image,
        flux: readMember(message, "flux"),
        origins: peek(message, "fluxOrigins"),
        mode,
        delivery,
        output,
        allowUnknown,
      })),
    ),
  );
}

type Read = (typed: TypedValue, setting: string) => ValueOrPromise<Evaluated>;

/** @returns undefined where the dialog names no source. */
function sourced(read: Read, typed: TypedValue, setting: string): ValueOrPromise<Sourced | undefined> {
  if (typed.type === "none") return undefined;
  const place = typed.type === "msg" ? `msg.${typed.value}` : `${typed.type} ${typed.value}`;
  const source = `${setting} (${typed.type === "str" ? "text" : place})`;
  return whenThere(read(typed, setting), ({ value }) => ({ value, source }));
}
