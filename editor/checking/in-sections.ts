import type { Group } from "../../lib/models/model";
import type { Sections } from "../form/sections";
import { groupAt, promptParameter } from "../form-tree";
import type { EditorModel } from "../models";
import type { Translate } from "../node-red";
import { patternOf } from "../params";
import { type LiveProblems, liveProblems } from "./live";
import type { Problem } from "./problem";

/** Shows what is wrong in a dialog with sections: beside the fields, and in the headings of what is folded. */
export const problemsInSections = (
  host: Element,
  sections: Sections,
  { facts, imageParameter }: EditorModel,
  find: () => readonly Problem[],
  t: Translate,
): LiveProblems => {
  const groupOf = (path: string): Group | undefined => groupAt(facts, patternOf(path));
  const prompt = promptParameter(facts)?.path;
  return liveProblems({
    host,
    t,
    find,
    settingOf: (path) => {
      if (path === prompt) return "promptFrom";
      return path === imageParameter || path === `${imageParameter}.0` ? "imageFrom" : undefined;
    },
    isFolded: (path) => {
      const group = groupOf(path);
      return group !== undefined && sections.byGroup.get(group)?.isOpen() === false;
    },
    found: (problems) => {
      const errors = problems.filter(({ level }) => level === "error");
      for (const [group, section] of sections.byGroup) {
        section.problem(errors.filter(({ path, at = path }) => groupOf(at) === group).length);
      }
    },
  });
};
