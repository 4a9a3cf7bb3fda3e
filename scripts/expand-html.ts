import { readFileSync } from "node:fs";
import { join } from "node:path";

const INCLUDE = /^([ \t]*)<!-- include ([\w-]+) -->$/gm;

/**
 * Puts shared parts into a node's html: a line `<!-- include name -->` becomes `parts/name.html`, as far in as that
 * line, with the node's type for `{{type}}`. Node-RED and the Flow Library only read whole files, one per node.
 *
 * @throws Error when there is no such part.
 */
export const expandHtml = (html: string, parts: string, type: string): string =>
  html.replace(INCLUDE, (_line, indent: string, name: string) =>
    readFileSync(join(parts, `${name}.html`), "utf8")
      .trimEnd()
      .replaceAll("{{type}}", type)
      .replaceAll(/^(?=.)/gm, indent),
  );
