import { error, numberIn } from "./reading";
import type { Rule } from "./rule";

/** JPG, the default, has no transparency. */
export const layerDiffuseFormat: Rule = function* ({ layerDiffuse, outputFormat }) {
  if (layerDiffuse !== true || outputFormat === "PNG" || outputFormat === "WEBP") return;
  const given = outputFormat === undefined ? "is not set, which means JPG" : "is JPG";
  // Anything else is the schema's complaint.
  if (outputFormat !== undefined && outputFormat !== "JPG") return;
  yield error(
    "outputFormat",
    { key: "noTransparency", others: { transparent: "layerDiffuse" } },
    `outputFormat ${given}, but layerDiffuse makes transparent pictures: set it to PNG or WEBP.`,
    {
      value: outputFormat,
      allowed: "PNG or WEBP",
    },
  );
};

/** Only files behind a URL can expire. */
export const ttlNeedsUrl: Rule = function* ({ ttl, outputType }) {
  if (ttl === undefined || outputType === undefined || outputType === "URL") return;
  yield error(
    "ttl",
    { key: "lifeWithoutUrl" },
    "ttl limits how long a URL works, but this request asks for picture data instead of a URL. Leave ttl out, or choose URL output.",
    {
      value: ttl,
    },
  );
};

/** Every picture would overwrite the one before it at the same address. */
export const uploadOneResult: Rule = function* (request) {
  const results = numberIn(request, "numberResults") ?? 1;
  if (request.uploadEndpoint === undefined || results <= 1) return;
  yield error(
    "uploadEndpoint",
    { key: "uploadOfSeveral", values: { results }, others: { count: "numberResults" } },
    `uploadEndpoint takes one picture, but numberResults is ${results}: each picture would overwrite the one before.`,
    {
      allowed: "numberResults 1",
    },
  );
};
