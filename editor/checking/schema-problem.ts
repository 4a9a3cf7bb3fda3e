import type { Leaf, ParameterSet } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";
import { generalPath, valueAt } from "../../lib/models/paths";
import type { FluxRequest } from "../../lib/models/request";
import type { SchemaFinding } from "../../lib/models/wording/schema-findings";
import type { Problem } from "./problem";

/** The words for a finding: a text of the catalogue's `checks`. */
type Words = Pick<Problem, "key" | "values">;

const numberWords = (leaf: Leaf, value: unknown, keyword: string): Words => {
  if (typeof value !== "number") return { key: "notNumber" };
  switch (keyword) {
    case "minimum":
      return { key: "tooSmall", values: { minimum: leaf.minimum } };
    case "maximum":
      return { key: "tooLarge", values: { maximum: leaf.maximum } };
    case "multipleOf":
      return { key: "offStep", values: { step: leaf.step } };
    default:
      return { key: "notWhole" };
  }
};

const textWords = ({ minLength, maxLength }: Leaf, keyword: string): Words => {
  if (keyword === "minLength") return { key: "tooShort", values: { minimum: minLength } };
  if (keyword === "maxLength") return { key: "tooLong", values: { maximum: maxLength } };
  return { key: keyword === "format" ? "blank" : "notText" };
};

const valueWords = (leaf: Leaf, value: unknown, keyword: string): Words => {
  switch (leaf.kind) {
    case "integer":
    case "number":
      return numberWords(leaf, value, keyword);
    case "seed":
      return { key: "notSeed", values: { minimum: leaf.minimum ?? 0, maximum: leaf.largest } };
    case "boolean":
      return { key: "notBoolean" };
    case "choice":
      return { key: "notChoice" };
    case "image":
      return { key: leaf.withoutUuid ? "notImageFile" : "notImage" };
    case "url":
      return { key: "notUrl" };
    case "model":
      return { key: "notModel" };
    case "prompt":
    case "text":
      return textWords(leaf, keyword);
  }
};

/** What a schema's finding is called in the catalogue's `checks`. */
export const schemaWords = (model: ParameterSet, request: FluxRequest, finding: SchemaFinding): Words => {
  const { leaves, lists } = parametersOf(model);
  const general = generalPath(finding.path);
  switch (finding.kind) {
    case "missing":
      return { key: "missing" };
    case "unknown":
      return { key: "unknown" };
    case "exclusive":
      return { key: "bothUnits" };
    case "list": {
      const { minItems, maxItems } = lists.get(general) ?? {};
      if (finding.keyword === "maxItems") return { key: "tooMany", values: { count: maxItems } };
      return finding.keyword === "minItems" ? { key: "tooFew", values: { count: minItems } } : { key: "notContainer" };
    }
    case "object":
    case "value":
    case "other": {
      const leaf = leaves.get(general);
      if (leaf) return valueWords(leaf, valueAt(request, finding.path), finding.keyword);
      return { key: finding.kind === "object" ? "notContainer" : "notTaken" };
    }
  }
};
