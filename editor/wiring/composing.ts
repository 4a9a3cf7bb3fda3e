import type { FlowNode, Graph } from "./graph";
import { type Kinds, passes, type Role, roleOf } from "./roles";
import { readSteps } from "./steps";
import { walk } from "./walk";

/** An inference node that a composed request arrives at. */
export interface Destination {
  id: string;
  parameter: string;
  takesIt: boolean;
}

/** A composition node whose parameter arrives at an inference node. */
export interface Composer {
  id: string;
  parameter: string;
  mode: "add" | "replace";
  takesIt: boolean;
}

/** Who composes for whom in some flows. */
export interface Composing {
  /**
   * Inference nodes that what a composition node sets arrives at, the nearest first.
   *
   * @param settings what the open dialog says instead of what is saved.
   */
  destinations(id: string, settings?: Readonly<Record<string, unknown>>): Destination[];
  /** Composition nodes whose parameters arrive at an inference node, in the order in which messages meet them. */
  composers(id: string, settings?: Readonly<Record<string, unknown>>): Composer[];
}

/** Reads off the flows, as they are at this moment, who composes for whom. */
export const readComposing = (graph: Graph, kinds: Kinds): Composing => {
  const { nodes } = graph;
  const steps = readSteps(graph);
  const known = new Map<string, Role>();
  const role = (node: FlowNode): Role => {
    const found = known.get(node.id) ?? roleOf(node.type, node.settings, kinds);
    known.set(node.id, found);
    return found;
  };
  // An open dialog asks again after every change in it; the wires are the same.
  const walked = new Map<string, ReadonlyMap<string, number>>();
  const arrivals = (id: string, parameter: string): ReadonlyMap<string, number> => {
    const key = `${parameter} ${id}`;
    const letsThrough = (place: string): boolean => {
      const node = nodes.get(place);
      return node === undefined || passes(role(node), parameter);
    };
    const found = walked.get(key) ?? walk(steps, id, letsThrough);
    walked.set(key, found);
    return found;
  };

  const destinations = (id: string, settings: Readonly<Record<string, unknown>> = {}): Destination[] => {
    const node = nodes.get(id);
    if (node === undefined) return [];
    const own = roleOf(node.type, { ...node.settings, ...settings }, kinds);
    if (own.kind !== "composes" || own.mode === "clear" || own.parameter === undefined) return [];
    const { parameter } = own;
    return [...arrivals(id, parameter).keys()].flatMap((place) => {
      const reached = nodes.get(place);
      const other = reached && role(reached);
      if (other?.kind !== "infers" || other.ignoresRequests) return [];
      return [{ id: place, parameter, takesIt: other.takes(parameter) }];
    });
  };

  const composers = (id: string, settings: Readonly<Record<string, unknown>> = {}): Composer[] => {
    const node = nodes.get(id);
    if (node === undefined) return [];
    const own = roleOf(node.type, { ...node.settings, ...settings }, kinds);
    if (own.kind !== "infers" || own.ignoresRequests) return [];
    const found = [...steps.upstream(id)].flatMap((place) => {
      const earlier = nodes.get(place);
      const other = earlier && role(earlier);
      if (other?.kind !== "composes" || other.mode === "clear" || other.parameter === undefined) return [];
      const { parameter, mode } = other;
      const distance = arrivals(place, parameter).get(id);
      if (distance === undefined) return [];
      return [{ composer: { id: place, parameter, mode, takesIt: own.takes(parameter) }, distance }];
    });
    return found.sort((left, right) => right.distance - left.distance).map(({ composer }) => composer);
  };

  return { destinations, composers };
};
