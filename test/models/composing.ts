import { FluxError } from "../../lib/errors";
import { fluxControlnet, fluxIdentity, fluxIpAdapter, fluxLora } from "../../lib/models/composition/catalogue";
import { compose } from "../../lib/models/composition/compose";
import type { Composed, Composition, CompositionInput } from "../../lib/models/composition/composition";
import type { FluxRequest } from "../../lib/models/request";

/** What a test says of a message at a composition node; the rest is usual. */
export type Use = Partial<Omit<CompositionInput, "dialog">>;

/** The node that sets a parameter. */
const nodes: Readonly<Record<string, Composition>> = {
  lora: fluxLora,
  controlNet: fluxControlnet,
  ipAdapters: fluxIpAdapter,
  pulid: fluxIdentity,
  acePlusPlus: fluxIdentity,
};

/** Sets what `dialog` has, one parameter, in a node called "here". */
export const composed = (dialog: FluxRequest, flux?: unknown, use: Use = {}): Composed => {
  const parameter = use.parameter ?? Object.keys(dialog)[0] ?? "lora";
  const composition = nodes[parameter];
  if (composition === undefined) throw new Error(`nothing sets ${parameter}`);
  return compose(composition, {
    parameter,
    mode: "add",
    dialog,
    isConfigured: true,
    flux,
    origins: undefined,
    node: { id: "here.1", type: composition.type, name: "here" },
    ...use,
  });
};

/** What a message carries behind a node. */
export const passedOn = (dialog: FluxRequest, flux?: unknown, use: Use = {}): Composed["flux"] =>
  composed(dialog, flux, use).flux;

/** The refusal of a message at a composition node; fails when it is accepted. */
export const refusedAt = (dialog: FluxRequest, flux?: unknown, use: Use = {}): FluxError => {
  let result: Composed;
  try {
    result = composed(dialog, flux, use);
  } catch (error) {
    if (error instanceof FluxError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(result).slice(0, 500)}`);
};
