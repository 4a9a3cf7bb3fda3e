import { error, member, warning } from "./reading";
import type { Rule } from "./rule";

/** The model that the texts on ACE++ ask for: FLUX Fill. */
const ACE_PLUS_PLUS_MODEL = "runware:102@1";

/** Masks tell the region of a local edit, and belong to nothing else. Without a type, ACE++ makes portraits. */
export const acePlusPlusMasks: Rule = function* ({ acePlusPlus }) {
  if (typeof acePlusPlus !== "object" || acePlusPlus === null) return;
  const type = member(acePlusPlus, "type") ?? "portrait";
  const hasMasks = member(acePlusPlus, "masks") !== undefined;
  if (type === "local_editing" && !hasMasks) {
    yield error(
      "acePlusPlus.masks",
      { key: "maskMissing", others: { task: "acePlusPlus.type" } },
      "acePlusPlus.masks is missing: the type local_editing needs a mask of the region to edit.",
    );
  }
  if ((type === "portrait" || type === "subject") && hasMasks) {
    yield error(
      "acePlusPlus.masks",
      { key: "maskNeedless", others: { task: "acePlusPlus.type" } },
      `acePlusPlus.masks belongs to the type local_editing only, and the type here is ${type}. Leave the masks out, or set acePlusPlus.type to local_editing.`,
    );
  }
};

/** The texts on ACE++ name one model, the schemas of others have it all the same. */
export const acePlusPlusModel: Rule = function* ({ acePlusPlus, model }) {
  if (acePlusPlus === undefined || model === ACE_PLUS_PLUS_MODEL) return;
  yield warning(
    "acePlusPlus",
    { key: "acePlusPlusModel", values: { model: ACE_PLUS_PLUS_MODEL } },
    `acePlusPlus: Runware describes ACE++ for the model ${ACE_PLUS_PLUS_MODEL} (FLUX Fill); here it may fail or do nothing.`,
  );
};

/** Third parties report that the service answers `conflictPuLIDTrueCFG`. */
export const pulidTrueCfg: Rule = function* ({ pulid }) {
  if (member(pulid, "trueCFGScale") === undefined) return;
  const start = ["CFGstartStep", "CFGstartStepPercentage"].find((name) => member(pulid, name) !== undefined);
  if (start === undefined) return;
  yield warning(
    "pulid.trueCFGScale",
    { key: "pulidTrueGuidance", others: { start: `pulid.${start}` } },
    `pulid.trueCFGScale together with pulid.${start}: the service may refuse the two together.`,
  );
};
