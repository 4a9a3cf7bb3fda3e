import { join } from "node:path";
import { build } from "esbuild";
import type { EditorComposition, EditorModel } from "../editor/models";

/**
 * Bundles editor/ into `resources/editor.js`, which Node-RED serves to the dialogs. Everything is in this one file,
 * the styles too, and its name never changes.
 *
 * @param models what the dialogs need to know of each model, by node type.
 * @param compositions the same of each composition node.
 */
export const buildEditor = async (
  repository: string,
  models: Record<string, EditorModel>,
  compositions: Record<string, EditorComposition>,
): Promise<void> => {
  await build({
    entryPoints: [join(repository, "editor/index.ts")],
    outfile: join(repository, "resources/editor.js"),
    bundle: true,
    format: "iife",
    target: "es2022",
    minify: true,
    legalComments: "none",
    loader: { ".css": "text" },
    define: { FLUX_MODELS: JSON.stringify(models), FLUX_COMPOSITIONS: JSON.stringify(compositions) },
    logLevel: "warning",
  });
};
