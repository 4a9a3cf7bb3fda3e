import { composing } from "../dialects/composing";
import { facts as controlnet } from "../generated/flux-controlnet.facts";
import { facts as identity } from "../generated/flux-identity.facts";
import { facts as ipAdapter } from "../generated/flux-ip-adapter.facts";
import { facts as lora } from "../generated/flux-lora.facts";
import type { Validator } from "../model";
import { controlNetRules, identityRules, ipAdapterRules } from "../rules";
import type { Composition } from "./composition";

/** @param load called when the first message is composed, not when Node-RED starts. */
const composition = (
  facts: Pick<Composition, "type" | "parameters" | "facts" | "rules">,
  load: () => Validator,
): Composition => ({
  ...facts,
  dialect: composing,
  title: facts.type,
  get validate() {
    return load();
  },
});

export const fluxLora = composition({ type: "flux-lora", parameters: ["lora"], facts: lora, rules: [] }, () =>
  require("../generated/flux-lora.validate"),
);

export const fluxControlnet = composition(
  { type: "flux-controlnet", parameters: ["controlNet"], facts: controlnet, rules: controlNetRules },
  () => require("../generated/flux-controlnet.validate"),
);

export const fluxIpAdapter = composition(
  { type: "flux-ip-adapter", parameters: ["ipAdapters"], facts: ipAdapter, rules: ipAdapterRules },
  () => require("../generated/flux-ip-adapter.validate"),
);

export const fluxIdentity = composition(
  { type: "flux-identity", parameters: ["pulid", "acePlusPlus"], facts: identity, rules: identityRules },
  () => require("../generated/flux-identity.validate"),
);

/** What the composition nodes of the pack set, one entry per node type. */
export const compositions: readonly Composition[] = [fluxLora, fluxControlnet, fluxIpAdapter, fluxIdentity];
