import { dataUriHead, uuid } from "./formats";
import type { Model } from "./model";
import { parametersOf } from "./parameters";
import { generalPath, type Path } from "./paths";
import type { FluxRequest } from "./request";
import { grouped } from "./wording";

const ADDRESS = /^https?:\/\//i;

/** An address without what may be a signature or a password. */
const publicAddress = (text: string): string => {
  if (!URL.canParse(text)) return "an address";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
};

/** Longer texts of parameters that the model does not know may be pictures. */
const LONGEST_UNKNOWN_TEXT = 4096;

const shown = (text: string, isPicture: boolean): string => {
  if (ADDRESS.test(text)) return publicAddress(text);
  if (uuid(text)) return text;
  if (!isPicture && dataUriHead(text) === undefined) return text;
  return `a picture (${grouped(text.length)} characters)`;
};

/** A request as `msg.job.request` may show it: without picture bytes and without the queries of (signed) addresses. */
export const withoutPictures = (model: Model, request: FluxRequest): FluxRequest => {
  const { leaves } = parametersOf(model);
  const show = (value: unknown, path: Path): unknown => {
    if (typeof value === "string") {
      const kind = leaves.get(generalPath(path))?.kind;
      if (kind === "image" || kind === "url") return shown(value, kind === "image");
      return kind === undefined ? shown(value, value.length > LONGEST_UNKNOWN_TEXT) : value;
    }
    if (typeof value !== "object" || value === null) return value;
    if (ArrayBuffer.isView(value)) return `a Buffer of ${grouped(value.byteLength)} bytes`;
    if (Array.isArray(value)) return value.map((element, index) => show(element, [...path, index]));
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, show(member, [...path, name])]));
  };
  return Object.fromEntries(Object.entries(request).map(([name, value]) => [name, show(value, [name])]));
};
