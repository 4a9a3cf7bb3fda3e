import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles editor/ into `resources/editor.js`, which Node-RED serves to the dialogs. Everything is in this one file,
 * the styles and the models' validators too, and its name never changes.
 */
export const buildEditor = async (repository: string): Promise<void> => {
  const inBrowser = (name: string): string => join(repository, "editor/browser", name);
  await build({
    entryPoints: [join(repository, "editor/index.ts")],
    outfile: join(repository, "resources/editor.js"),
    bundle: true,
    format: "iife",
    target: "es2022",
    minify: true,
    legalComments: "none",
    loader: { ".css": "text" },
    // What lib/models has of Node.
    inject: [inBrowser("buffer.ts")],
    alias: { "node:util/types": inBrowser("util.ts"), "node:util": inBrowser("util.ts") },
    logLevel: "warning",
  });
};
