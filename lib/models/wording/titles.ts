import type { Mode, ParameterSet } from "../model";

const modes: Readonly<Record<Mode, string>> = {
  "text-to-image": "text to image",
  "image-to-image": "image to image",
};

export const modeInWords = (mode: Mode): string => modes[mode];

/** A model in a sentence: "FLUX.1 Krea [dev]", "FLUX.1 SRPO [dev] at fal". */
export const modelInWords = ({ title, dialect }: ParameterSet): string => dialect.titled(title);

/** What a request is for: "FLUX.1 Krea [dev]", "FLUX.1 SRPO [dev] at fal (image to image)". */
export const endpointInWords = (model: ParameterSet & { mode?: Mode }): string =>
  `${modelInWords(model)}${model.mode === undefined ? "" : ` (${modeInWords(model.mode)})`}`;
