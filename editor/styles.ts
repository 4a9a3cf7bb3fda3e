import account from "./account/style.css";
import checking from "./checking/style.css";
import composition from "./composition/style.css";
import estimate from "./estimate/style.css";
import filter from "./form/filter.css";
import rows from "./form/rows.css";
import search from "./form/search.css";
import sections from "./form/sections.css";
import help from "./help.css";
import json from "./json/style.css";
import preview from "./preview/style.css";
import sidebar from "./sidebar/style.css";
import storage from "./storage/style.css";
import wiring from "./wiring/style.css";

/** The styles of everything that is drawn, in the order in which they count: what is common to all comes first. */
export const styles: readonly string[] = [
  rows,
  sections,
  search,
  filter,
  composition,
  account,
  storage,
  wiring,
  estimate,
  checking,
  json,
  help,
  sidebar,
  preview,
];
