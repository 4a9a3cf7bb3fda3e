import { page } from "./node-red";

/**
 * The language that the editor speaks, for the browser's formats; undefined, which stands for the browser's own, where
 * somebody chose a name that the browser does not know.
 */
export const editorLanguage = (): string | undefined => {
  try {
    return Intl.getCanonicalLocales(page.RED.i18n.lang())[0];
  } catch {
    return undefined;
  }
};
