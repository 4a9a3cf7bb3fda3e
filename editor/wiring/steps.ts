import { type FlowNode, type Graph, inputOf, outputOf } from "./graph";

/** How a message gets from one place to the next. */
export type Step =
  | { kind: "on"; to: string }
  /** Into the definition of a subflow, through one of its instances; and out of it where it came in. */
  | { kind: "enter"; instance: string; to: string }
  | { kind: "leave"; instance: string; to: string }
  /** To the target of a "link call" node, maybe out of the subflow that it is in; and back to whichever called. */
  | { kind: "call"; call: string; to: string; leavesSubflow: boolean }
  | { kind: "return" };

/** What leads where. A place is a node, a port of a definition, or an output of a node (`portOf`). */
export interface Steps {
  from(place: string): readonly Step[];
  /** Every node that leads to this one by whatever way; more than those whose messages really arrive. */
  upstream(id: string): ReadonlySet<string>;
  /** Targets of the static "link call" nodes, by the id of the node that calls. */
  readonly calls: ReadonlyMap<string, string>;
}

/** What leaves an instance or a "link call" is not what came in, so that its outputs are places of their own. */
export const portOf = (id: string, port: number): string => ` port ${port} ${id}`;

const ids = (saved: unknown): string[] =>
  (Array.isArray(saved) ? saved : [saved]).filter((id): id is string => typeof id === "string");

const subflowOf = ({ type }: FlowNode): string | undefined => /^subflow:(.+)$/.exec(type)?.[1];

/** Both ends know of a link; as at run time, one of them is enough. */
const links = ({ nodes }: Graph): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>();
  const link = (out: string, into: string): void => {
    if (nodes.get(out)?.type !== "link out" || nodes.get(into)?.type !== "link in") return;
    found.set(out, (found.get(out) ?? new Set<string>()).add(into));
  };
  for (const { id, type, settings } of nodes.values()) {
    if (type === "link in") for (const out of ids(settings.links)) link(out, id);
    if (type === "link out") for (const into of ids(settings.links)) link(id, into);
  }
  return found;
};

/** A dynamic call names its target in the message. */
const calls = ({ nodes, subflows }: Graph): Map<string, string> => {
  const found = new Map<string, string>();
  for (const { id, type, flow, settings } of nodes.values()) {
    const [target] = ids(settings.links);
    if (type !== "link call" || settings.linkType === "dynamic" || target === undefined) continue;
    const called = nodes.get(target);
    // From outside, nobody can call into a subflow.
    if (called?.type !== "link in" || (called.flow !== flow && subflows.has(called.flow))) continue;
    found.set(id, target);
  }
  return found;
};

/** Reads off the flows what leads where. */
export const readSteps = (graph: Graph): Steps => {
  const { nodes, wires } = graph;
  const steps = new Map<string, Step[]>();
  const add = (place: string, step: Step): void => {
    const known = steps.get(place);
    if (known === undefined) steps.set(place, [step]);
    else known.push(step);
  };
  const linked = links(graph);
  const called = calls(graph);
  for (const node of nodes.values()) {
    const { id, type, flow, settings } = node;
    const subflow = subflowOf(node);
    const target = called.get(id);
    if (subflow !== undefined) add(id, { kind: "enter", instance: id, to: inputOf(subflow) });
    if (target !== undefined) {
      add(id, { kind: "call", call: id, to: target, leavesSubflow: nodes.get(target)?.flow !== flow });
    }
    if (type !== "link out") continue;
    if (settings.mode === "return") add(id, { kind: "return" });
    else for (const to of linked.get(id) ?? []) add(id, { kind: "on", to });
  }
  for (const { from, port, to } of wires) {
    const node = nodes.get(from);
    const subflow = node && subflowOf(node);
    const place = subflow !== undefined || node?.type === "link call" ? portOf(from, port) : from;
    // What is disabled passes nothing on.
    if (node === undefined && !from.startsWith(" ")) continue;
    add(place, { kind: "on", to });
    if (subflow !== undefined) add(outputOf(subflow, port), { kind: "leave", instance: from, to: place });
  }

  const before = reversed(steps, called);
  return {
    from: (place) => steps.get(place) ?? [],
    upstream: (id) => upstreamOf(id, before),
    calls: called,
  };
};

/** What leads to a place in one step; a return may lead back to any call. */
const reversed = (
  steps: ReadonlyMap<string, readonly Step[]>,
  called: ReadonlyMap<string, string>,
): Map<string, string[]> => {
  const returned = [...called.keys()].map((call) => portOf(call, 0));
  const before = new Map<string, string[]>();
  for (const [place, onwards] of steps) {
    for (const to of onwards.flatMap((step) => (step.kind === "return" ? returned : [step.to]))) {
      const known = before.get(to);
      if (known === undefined) before.set(to, [place]);
      else known.push(place);
    }
  }
  return before;
};

const upstreamOf = (id: string, before: ReadonlyMap<string, readonly string[]>): Set<string> => {
  const found = new Set<string>();
  const open = [id];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    for (const earlier of before.get(place) ?? []) {
      if (found.has(earlier)) continue;
      found.add(earlier);
      open.push(earlier);
    }
  }
  return found;
};
