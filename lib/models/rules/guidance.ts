import { named } from "../wording/wording";
import { elements, member, numberIn, warning } from "./reading";
import type { Rule } from "./rule";

/** At a guidance of 1 and less, the service ignores what the negative prompt says. */
export const negativePromptIgnored: Rule = function* (request) {
  const guidance = numberIn(request, "CFGScale");
  if (request.negativePrompt === undefined || guidance === undefined || guidance > 1) return;
  yield warning(
    "negativePrompt",
    { key: "negativePromptIgnored", values: { guidance }, others: { scale: "CFGScale" } },
    `negativePrompt has no effect while CFGScale is ${guidance}: use a CFGScale above 1.`,
  );
};

/** The IP-Adapters that the model pages list are made for Stable Diffusion; FLUX.1 [dev] has its own. */
export const ipAdaptersOfOtherModels: Rule = function* (request) {
  for (const [index, adapter] of elements(request.ipAdapters).entries()) {
    const model = member(adapter, "model");
    if (typeof model !== "string" || !model.startsWith("runware:55@")) continue;
    const parameter = `ipAdapters[${index}].model`;
    yield warning(
      parameter,
      { key: "ipAdapterOfOtherModels" },
      `${named(parameter)} is ${model.slice(0, 40)}, an IP-Adapter for Stable Diffusion or SDXL; for FLUX.1 [dev] Runware lists runware:56@1 to runware:56@4.`,
    );
  }
};
