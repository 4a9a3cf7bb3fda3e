import { composing } from "../dialects/composing";
import { facts as controlnet } from "../generated/flux-controlnet.facts";
import { facts as identity } from "../generated/flux-identity.facts";
import { facts as ipAdapter } from "../generated/flux-ip-adapter.facts";
import { facts as lora } from "../generated/flux-lora.facts";
import type { Validator } from "../model";
import { controlNetRules, identityRules, ipAdapterRules } from "../rules";
import type { Composition } from "./composition";

export const fluxLora: Composition = {
  type: "flux-lora",
  dialect: composing,
  title: "flux-lora",
  parameters: ["lora"],
  /** Loaded when the first message is composed, not when Node-RED starts; so are the others. */
  get validate(): Validator {
    return require("../generated/flux-lora.validate");
  },
  facts: lora,
  rules: [],
};

export const fluxControlnet: Composition = {
  type: "flux-controlnet",
  dialect: composing,
  title: "flux-controlnet",
  parameters: ["controlNet"],
  get validate(): Validator {
    return require("../generated/flux-controlnet.validate");
  },
  facts: controlnet,
  rules: controlNetRules,
};

export const fluxIpAdapter: Composition = {
  type: "flux-ip-adapter",
  dialect: composing,
  title: "flux-ip-adapter",
  parameters: ["ipAdapters"],
  get validate(): Validator {
    return require("../generated/flux-ip-adapter.validate");
  },
  facts: ipAdapter,
  rules: ipAdapterRules,
};

export const fluxIdentity: Composition = {
  type: "flux-identity",
  dialect: composing,
  title: "flux-identity",
  parameters: ["pulid", "acePlusPlus"],
  get validate(): Validator {
    return require("../generated/flux-identity.validate");
  },
  facts: identity,
  rules: identityRules,
};

/** What the composition nodes of the pack set, one entry per node type. */
export const compositions: readonly Composition[] = [fluxLora, fluxControlnet, fluxIpAdapter, fluxIdentity];
