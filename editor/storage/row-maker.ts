import type { EditorNode, Translate } from "../node-red";
import type { OpenSettings } from "../open-settings";
import { checkboxRow, propertyRow, selectRow, sourceRow, sourceTypes, textRow } from "../setting-rows";
import { isInRange, type NumberSetting, numberRange } from "./check";
import { keyUse, type ReadText } from "./effect";
import { type KeyRow, keyRow } from "./key-row";
import { presetOf, typedOf } from "./read-setting";

interface TextRowOptions {
  usual?: readonly string[];
  isLong?: boolean;
  isRight?: (text: string) => boolean;
}

/** Makes the rows of a storage node's settings; labels, helps and hints are in the catalogue under their names. */
export interface RowMaker {
  choice(property: string, values: readonly string[]): HTMLElement;
  box(property: string): HTMLElement;
  number(property: NumberSetting): HTMLElement;
  text(property: string, options?: TextRowOptions): HTMLElement;
  /** Where a value comes from. */
  source(property: string): HTMLElement;
  /** Where a value goes. */
  property(property: string): HTMLElement;
  key(): KeyRow;
}

export const rowMaker = (node: EditorNode, settings: OpenSettings, readText: ReadText, t: Translate): RowMaker => {
  const label = (property: string): string => `storage.${property}`;
  const textAt = (key: string): string => {
    const found = t(key);
    return found === key ? "" : found;
  };
  const hint = (property: string): string => textAt(`storage.${property}Hint`);
  const preset = (property: string) => typedOf(node, () => undefined, property);
  return {
    choice: (property, values) =>
      selectRow(property, label(property), values, settings, t, `storage.choices.${property}`),
    box: (property) => checkboxRow(property, label(property), presetOf(node, property) === true, settings, t),
    number: (property) => {
      const options = {
        placeholder: String(numberRange(property).default),
        hint: hint(property),
        isRight: (text: string) => isInRange(property, text),
      };
      return textRow(property, label(property), options, settings, t);
    },
    text: (property, options = {}) => {
      const placeholder = textAt(`storage.${property}Unset`);
      return textRow(property, label(property), { ...options, placeholder, hint: hint(property) }, settings, t);
    },
    source: (property) =>
      sourceRow(property, label(property), preset(property), sourceTypes, hint(property), settings, t),
    property: (property) => propertyRow(property, label(property), String(presetOf(node, property) ?? ""), settings, t),
    key: () => keyRow(preset("key"), () => keyUse(node.type, readText), settings, t),
  };
};
