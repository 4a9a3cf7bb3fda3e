import type { Typed } from "../../editor/node-red";
import type { FluxRequest } from "../../lib/models/request";
import { nest } from "../../lib/node-red/params";

const withoutBigint = (value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

const typed = (value: unknown): Typed => {
  switch (typeof value) {
    case "string":
      return { type: "str", value };
    case "number":
    case "bigint":
      return { type: "num", value: String(value) };
    case "boolean":
      return { type: "bool", value: String(value) };
    default:
      return { type: "json", value: JSON.stringify(value, (_key, inner) => withoutBigint(inner)) ?? "null" };
  }
};

/** What the fields of a dialog can hold one by one. */
const isBranch = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((name) => /^\w{1,30}$/.test(name));

/** The values of a dialog in which a request is written down, field by field. */
export const dialogOf = (request: object, within = ""): Map<string, Typed> =>
  new Map(
    Object.entries(request).flatMap(([name, value]): [string, Typed][] =>
      isBranch(value) ? [...dialogOf(value, `${within}${name}.`)] : [[`${within}${name}`, typed(value)]],
    ),
  );

/** What the node reads of such a dialog when it runs. */
export const readWhenRun = (values: ReadonlyMap<string, Typed>): FluxRequest =>
  nest(new Map([...values].map(([path, { type, value }]) => [path, type === "json" ? JSON.parse(value) : value])));

/** A parameter of an error as the dialog calls it: `lora[0].model` -> `lora.0.model`. */
export const pathOf = (parameter: string): string => parameter.replaceAll(/\[(\d+)\]/g, ".$1");
