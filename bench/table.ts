import type { Figure } from "./figure";

/** The machine that was measured on. */
export interface Machine {
  node: string;
  cpu: string;
  cores: number;
}

/** The table of docs/performance.md, with its marks. */
export function tableOf(figures: readonly Figure[], { node, cpu, cores }: Machine): string {
  const lines = figures.map(
    ({ measure, reached, unit, atMost, from }) =>
      `| ${measure} | ${reached} ${unit} | ${atMost === undefined ? "" : `${atMost} ${unit}`} | ${verdict(reached, atMost)} | ${from} |`,
  );
  return [
    "<!-- table -->",
    `Node.js ${node} on ${cores} cores of ${cpu}.`,
    "",
    "| measure | reached | at most | | from |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "<!-- /table -->",
  ].join("\n");
}

const verdict = (reached: number, atMost: number | undefined): string => {
  if (atMost === undefined) return "";
  return reached <= atMost ? "yes" : "**no**";
};
