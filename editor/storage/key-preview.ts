import {
  fieldsOf,
  filledIn,
  JOB_FIELDS,
  KEY_FIELDS,
  type KeyUse,
  LONGEST_KEY,
  templateProblem,
  tidyKey,
  timeFields,
} from "../../lib/storage/key-template";
import type { Translate, Typed } from "../node-red";
import { isVariable } from "../variable";

/** What a picture might be called, to show what a template makes of it. */
const SAMPLES: Readonly<Record<string, string>> = {
  provider: "runware",
  model: "runware:107@1",
  jobId: "0198c1a2-6f3e-4b7a-9c55-2d1e8f60b743",
  index: "0",
  seed: "4815162342",
  ext: "jpg",
  uuid: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
};

const sampleOf = (field: string, now: Date): string =>
  SAMPLES[field] ?? timeFields(now.getTime())[field] ?? `(${field})`;

/** The fields that a template for this use may name, `msg.` and a path aside. */
export const usableFields = (use: KeyUse): string[] =>
  KEY_FIELDS.filter((field) => templateProblem(`{${field}}`, use) === undefined);

/** What is wrong with a template, in words; undefined: nothing. What the environment holds is not known here. */
export const templateReason = (template: string, use: KeyUse, t: Translate): string | undefined => {
  if (isVariable(template)) return undefined;
  const found = templateProblem(template, use);
  if (found !== undefined)
    return t(`storage.template.${found.problem}`, "field" in found ? { field: found.field } : {});
  return tidyKey(template) === "" ? t("storage.template.empty") : undefined;
};

/** What is wrong with a key, typed in or from elsewhere. */
export const keyReason = ({ type, value }: Typed, use: KeyUse, t: Translate): string | undefined => {
  if (type === "str") return templateReason(value, use, t);
  return value.trim() === "" ? t("storage.template.noPlace") : undefined;
};

/** What a template makes of a picture: a key, and what is worth knowing about it. */
export interface KeyPreview {
  key: string;
  /** The job fills in what stands in braces still. */
  isOpen: boolean;
  /** The store takes no key as long as this; its end is replaced. */
  isCut: boolean;
}

/** A template with sample values filled in. What only the job of a direct upload tells stays as it is. */
export const keyPreview = (template: string, use: KeyUse, now: Date): KeyPreview => {
  const isOpenField = (field: string): boolean => use === "direct" && JOB_FIELDS.has(field);
  const key = tidyKey(filledIn(template, (field) => (isOpenField(field) ? undefined : sampleOf(field, now))));
  return {
    key,
    isOpen: fieldsOf(template).some(isOpenField),
    isCut: new TextEncoder().encode(key).length > LONGEST_KEY,
  };
};
