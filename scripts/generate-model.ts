import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { _ } from "ajv";
import Ajv2020 from "ajv/dist/2020";
import standaloneCode from "ajv/dist/standalone";
import { compile } from "json-schema-to-typescript";
import { byName as formats, largestSeeds } from "../lib/models/formats";
import type { ModelSchema, Schema } from "../lib/models/fragments/schema";
import type { Group, Leaf, LeafKind, List, ModelFacts } from "../lib/models/model";

const modelsFolder = join(__dirname, "../lib/models");
const banner = "// Generated from the model's schema by `npm run generate`. Do not edit.\n";

/** An import path from `folder` to a module in lib/models. */
const modulePath = (folder: string, name: string): string => {
  const path = relative(folder, join(modelsFolder, name)).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
};

/**
 * The validator as source: AJV in strict mode, every violation, nothing compiled at run time.
 * `multipleOf` compares with a tolerance, because 0.07 / 0.01 is not 7 in floating point. AJV's own sentences are left
 * out: the texts of violations are ours, and browsers load the validators too.
 */
const validatorSource = (schema: ModelSchema, formatsModule: string): string => {
  const ajv = new Ajv2020({
    allErrors: true,
    messages: false,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    multipleOfPrecision: 9,
    formats,
    code: { source: true, formats: _`require(${formatsModule}).byName` },
  });
  ajv.addVocabulary(["x-group", "x-unit", "x-kind", "x-known", "x-owned", "x-sent"]);
  // Nobody reads where in the schema an error is from; in the page of the editor it would be a tenth of all our code.
  return standaloneCode(ajv, ajv.compile(schema)).replaceAll(/schemaPath:"[^"\\]*",/g, "");
};

const kindByFormat: Readonly<Record<string, LeafKind>> = {
  image: "image",
  "image-url": "image",
  "http-url": "url",
  "upload-address": "url",
  seed: "seed",
  "wide-seed": "seed",
};

/** What only a format says. */
const ofFormat = (format: string | undefined): Partial<Leaf> => {
  if (format === "not-blank") return { notBlank: true };
  if (format === "image-url") return { withoutUuid: true };
  return format === "seed" || format === "wide-seed" ? { largest: String(largestSeeds[format]) } : {};
};

const kindOf = (schema: Schema): LeafKind => {
  if (schema["x-kind"] !== undefined && schema.enum === undefined) return schema["x-kind"];
  if (schema.enum !== undefined || schema.const !== undefined) return "choice";
  if (schema.format !== undefined) return kindByFormat[schema.format] ?? "text";
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return type === "integer" || type === "number" || type === "boolean" ? type : "text";
};

const leafOf = (path: string, schema: Schema, group: Group, required: boolean): Leaf => {
  const kind = kindOf(schema);
  const standard = schema["x-sent"] ?? schema.default;
  const choices = schema.const !== undefined ? [schema.const] : schema.enum;
  return {
    path,
    kind,
    group,
    ...(schema["x-unit"] !== undefined && { unit: schema["x-unit"] }),
    ...(schema.minimum !== undefined && { minimum: schema.minimum }),
    // A seed's maximum as a number is not its maximum.
    ...(schema.maximum !== undefined && kind !== "seed" && { maximum: schema.maximum }),
    ...(schema.multipleOf !== undefined && { step: schema.multipleOf }),
    ...(standard !== undefined && { default: standard }),
    ...(schema["x-sent"] !== undefined && { sent: schema["x-sent"] }),
    ...(choices !== undefined && { choices }),
    ...(schema["x-known"] !== undefined && { known: schema["x-known"] }),
    ...(schema.minLength !== undefined && { minLength: schema.minLength }),
    ...(schema.maxLength !== undefined && { maxLength: schema.maxLength }),
    ...ofFormat(schema.format),
    ...(schema["x-owned"] && { owned: true }),
    ...(required && { required: true }),
  };
};

const hasType = (schema: Schema, type: string): boolean =>
  Array.isArray(schema.type) ? schema.type.includes(type) : schema.type === type;

/** Members of which an object may have one at most: `oneOfTwo` of `fragments/schema.ts`. */
const exclusiveMembers = ({ allOf = [] }: Schema): [string, string][] =>
  allOf.flatMap(({ not }): [string, string][] => {
    const [first, second] = not?.required ?? [];
    return first === undefined || second === undefined ? [] : [[first, second]];
  });

/** Reads leaves, lists and objects off a schema, in its order. */
const readFacts = (schema: ModelSchema): ModelFacts => {
  const leaves: Leaf[] = [];
  const lists: List[] = [];
  const objects: string[] = [];
  const exclusive: [string, string][] = [];

  const readMembers = (owner: Schema, prefix: string, group: Group): void => {
    exclusive.push(
      ...exclusiveMembers(owner).map(([first, second]): [string, string] => [
        `${prefix}${first}`,
        `${prefix}${second}`,
      ]),
    );
    for (const [name, member] of Object.entries(owner.properties ?? {})) {
      read(`${prefix}${name}`, member, member["x-group"] ?? group, owner.required?.includes(name) ?? false);
    }
  };

  const read = (path: string, part: Schema, group: Group, required: boolean): void => {
    if (part.anyOf !== undefined) {
      for (const form of part.anyOf) read(path, { "x-group": group, ...form }, group, required);
      return;
    }
    if (hasType(part, "array")) {
      lists.push({
        path,
        group,
        ...(part.minItems !== undefined && { minItems: part.minItems }),
        ...(part.maxItems !== undefined && { maxItems: part.maxItems }),
        ...(required && { required: true }),
      });
      if (part.items !== undefined) read(`${path}[]`, part.items, group, false);
      return;
    }
    if (hasType(part, "object")) {
      objects.push(path);
      // A switch that may also be an object (hiresFix) is a plain value too: `true`.
      if (hasType(part, "boolean")) leaves.push({ path, kind: "boolean", group, choices: [true] });
      readMembers(part, `${path}.`, group);
      return;
    }
    leaves.push(leafOf(path, part, group, required));
  };

  readMembers(schema, "", "advanced");
  return { leaves, lists, objects, ...(exclusive.length > 0 && { exclusive }) };
};

/** "runware-flux-srpo" -> "RunwareFluxSrpo". */
const typeName = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_match, _dash, letter) => letter.toUpperCase());

/**
 * Writes what is compiled from a model's schema into `folder`: `<name>.validate.js` with its declaration,
 * `<name>.facts.ts` (what forms and help tables need) and `<name>.type.ts` (the request's type).
 *
 * @param name the model's node type, which is its schema file's name too
 */
export const generateModel = async (name: string, schema: ModelSchema, folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const modelModule = modulePath(folder, "model");
  const write = (extension: string, source: string): void =>
    writeFileSync(join(folder, `${name}.${extension}`), `${banner}${source}`);

  write("validate.js", validatorSource(schema, modulePath(folder, "formats")));
  write(
    "validate.d.ts",
    `import type { Validator } from "${modelModule}";\ndeclare const validate: Validator;\nexport = validate;\n`,
  );
  write(
    "facts.ts",
    `import type { ModelFacts } from "${modelModule}";\n\nexport const facts: ModelFacts = ${JSON.stringify(readFacts(schema), undefined, 2)};\n`,
  );
  // The compiler mutates its input.
  const type = await compile(JSON.parse(JSON.stringify(schema)), `${typeName(name)}Request`, { bannerComment: "" });
  write("type.ts", type);
};
