import type { StoreName } from "../../support/stores/test-store";
import type { Case } from "./case";
import { groups } from "./cases";

const played = ({ notWith }: Case, store: StoreName): string => {
  const reason = notWith?.[store];
  return reason === undefined ? "yes" : `no: ${reason}`;
};

/** Which promise is tried with which store, in Markdown. */
export const conformanceTable = (): string =>
  [
    "| promise | sandbox | Ceph |",
    "| --- | --- | --- |",
    ...groups.flatMap(({ title, cases }) => [
      `| **${title}** | | |`,
      ...cases.map((one) => `| ${one.title} | ${played(one, "sandbox")} | ${played(one, "ceph")} |`),
    ]),
    "",
  ].join("\n");
