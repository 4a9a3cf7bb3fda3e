import { readPriceTable } from "../../../lib/models/prices/price-table";
import type { EditorNode } from "../../node-red";
import { isVariable } from "../../variable";
import { modelsFor } from "./table";
import { problemInWords } from "./words";

/** The validator of an account's price table: true, or every reason why not. */
export const checkPrices = (node: EditorNode, value: unknown): true | string[] => {
  const { problems } = readPriceTable(value, modelsFor(node.type), isVariable);
  return problems.length === 0 ? true : problems.map((problem) => problemInWords(problem, node._def._));
};
