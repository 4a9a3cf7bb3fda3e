import { PRESIGN_METHODS, PUT_PLACES } from "./check";
import type { RowMaker } from "./row-maker";
import type { StorageRows } from "./storage-rows";

/** The settings of a presign node. */
export const presignRows = ({ choice, box, number, source, property, key }: RowMaker): StorageRows => {
  const keyRow = key();
  return {
    first: [
      choice("method", PRESIGN_METHODS),
      choice("putInto", PUT_PLACES),
      keyRow.element,
      source("object"),
      box("checkExists"),
      number("life"),
      property("into"),
    ],
    sections: [],
    refresh: keyRow.refresh,
  };
};
