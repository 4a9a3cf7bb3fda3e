import { readFileSync } from "node:fs";
import { join } from "node:path";

const INCLUDE = /^([ \t]*)<!-- include ([\w-]+)((?: \w+=\S+)*) -->$/gm;
const PLACE = /\{\{(\w+)\}\}/g;

type Values = ReadonlyMap<string, string>;

/**
 * Puts shared parts into a node's html, as far in as the line that asks for them: `<!-- include row property=line -->`
 * becomes `parts/row.html` with "line" for `{{property}}`. The node's type goes in for `{{type}}` everywhere, and a part
 * sees the values of what includes it. Node-RED and the Flow Library only read whole files, one per node.
 *
 * @throws Error when there is no such part, or no value for a place in it.
 */
export const expandHtml = (html: string, parts: string, type: string): string =>
  expand(html, parts, new Map([["type", type]]));

const expand = (html: string, parts: string, values: Values): string =>
  filledIn(html, values).replace(INCLUDE, (_line, indent: string, name: string, more: string) => {
    const part = readFileSync(join(parts, `${name}.html`), "utf8").trimEnd();
    return expand(part, parts, new Map([...values, ...readValues(more)])).replaceAll(/^(?=.)/gm, indent);
  });

const filledIn = (html: string, values: Values): string =>
  html.replace(PLACE, (_place, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`nothing to put in for {{${name}}}`);
    return value;
  });

/** ` property=line value='1000'` -> the two of them, by name. */
const readValues = (text: string): [string, string][] =>
  [...text.matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]);
