import type { Estimate } from "../../lib/models/prices/estimate";
import type { Translate } from "../node-red";
import { fullLabel } from "../wording";
import { inDollars } from "./money";

/** An estimate in whole sentences. */
export const estimateInWords = (estimate: Estimate, t: Translate): string[] => {
  const { source, perPicture, pictures, total } = estimate;
  if (source === "unknown" || perPicture === undefined) return [unknownInWords(estimate, t)];
  const isBatch = pictures !== undefined && pictures > 1 && total !== undefined;
  const { width, height, steps } = estimate.at ?? {};
  const key = source === "seen" && estimate.count === 1 ? "seenOnce" : source;
  const first = t(`estimate.${key}.${isBatch ? "batch" : "one"}`, {
    price: inDollars(perPicture),
    pictures,
    total: total === undefined ? "" : inDollars(total),
    runs: estimate.count,
    width,
    height,
    steps,
  });
  return [first, ...rangeInWords(estimate, t), ...(pictures === undefined ? [t("estimate.anyNumber")] : [])];
};

const rangeInWords = ({ low, high }: Estimate, t: Translate): string[] => {
  if (low === undefined || high === undefined) return [];
  const [lowest, highest] = [inDollars(low), inDollars(high)];
  return lowest === highest ? [] : [t("estimate.range", { low: lowest, high: highest })];
};

const unknownInWords = ({ unknownBecause }: Estimate, t: Translate): string => {
  if (unknownBecause?.reason !== "elsewhere") return t(`estimate.${unknownBecause?.reason ?? "noPrice"}`);
  const parameters = unknownBecause.parameters.map((path) => fullLabel(path, t)).join(", ");
  return t("estimate.elsewhere", { parameters });
};
