import { portOf, type Step, type Steps } from "./steps";

/** A list that grows at its head and is never changed; those with the same members have the same number. */
interface Stack<Item> {
  readonly top: Item;
  readonly below: Stack<Item> | undefined;
  readonly number: number;
}

/** Numbers lists by their members. */
class Numbers {
  readonly #known = new Map<string, number>();

  of(below: Stack<unknown> | undefined, top: string): number {
    const key = `${below?.number ?? 0} ${top}`;
    const number = this.#known.get(key) ?? this.#known.size + 1;
    this.#known.set(key, number);
    return number;
  }
}

type Instances = Stack<string> | undefined;
type Calls = Stack<{ call: string; inside: Instances }> | undefined;

/** Where a message is, and by which ways it has to leave again. */
interface Position {
  place: string;
  distance: number;
  /** The instances of subflows that it is in, as far as it entered them on the way; and the calls not yet returned. */
  inside: Instances;
  calls: Calls;
  /** The node from which on those are known. */
  start: string;
}

/** Flows whose "link call" nodes call each other crosswise can have more ways than anyone could wait for. */
const MOST_POSITIONS = 20_000;

const isIn = (stack: Instances, item: string): boolean =>
  stack !== undefined && (stack.top === item || isIn(stack.below, item));

const timesCalled = (stack: Calls, call: string): number =>
  stack === undefined ? 0 : Number(stack.top.call === call) + timesCalled(stack.below, call);

/** Calls that may have brought a message to a node. */
const callsTowards = (id: string, { calls, upstream }: Steps): string[] => {
  const earlier = upstream(id);
  return [...calls].filter(([, target]) => earlier.has(target)).map(([call]) => call);
};

/** What the steps of one walk share. */
interface Ways {
  numbers: Numbers;
  /** Calls that may have brought a message to the node that a walk starts from. */
  callersOf(start: string): readonly string[];
}

const after = (position: Position, step: Step, { numbers, callersOf }: Ways): Position[] => {
  const { inside, calls, start } = position;
  const distance = position.distance + 1;
  switch (step.kind) {
    case "on":
      return [{ ...position, distance, place: step.to }];
    case "enter": {
      const { instance: top } = step;
      if (isIn(inside, top)) return [];
      const entered = { top, below: inside, number: numbers.of(inside, top) };
      return [{ ...position, distance, place: step.to, inside: entered }];
    }
    case "leave":
      if (inside !== undefined && inside.top !== step.instance) return [];
      return [{ ...position, distance, place: step.to, inside: inside?.below }];
    case "call": {
      const { call } = step;
      // Twice, so that what follows where something calls itself is found too.
      if (timesCalled(calls, call) > 1) return [];
      const number = numbers.of(calls, `${call} ${inside?.number ?? 0}`);
      const insideThere = step.leavesSubflow ? undefined : inside;
      const returning = { top: { call, inside }, below: calls, number };
      return [{ ...position, distance, place: step.to, inside: insideThere, calls: returning }];
    }
    case "return": {
      if (calls === undefined) {
        const returned = callersOf(start).map((call) => ({ place: portOf(call, 0), start: call }));
        return returned.map((there) => ({ ...there, distance, inside: undefined, calls: undefined }));
      }
      const { top, below } = calls;
      return [{ ...position, distance, place: portOf(top.call, 0), inside: top.inside, calls: below }];
    }
  }
};

/**
 * The nodes that messages of a node arrive at, through whatever is in between, with the number of steps to each. What
 * came into a subflow by an instance leaves by that instance, and what was called returns to where it was called; a
 * node inside of either leads out to all of them. The node itself is among them only when there is a way back to it.
 *
 * @param passes whether a node on the way lets through what is looked for; not asked for the node itself.
 */
export const walk = (steps: Steps, from: string, passes: (id: string) => boolean): ReadonlyMap<string, number> => {
  const reached = new Map<string, number>();
  const seen = new Set<string>();
  const callers = new Map<string, readonly string[]>();
  const callersOf = (start: string): readonly string[] => {
    const found = callers.get(start) ?? callsTowards(start, steps);
    callers.set(start, found);
    return found;
  };
  const ways: Ways = { numbers: new Numbers(), callersOf };

  let positions: Position[] = [{ place: from, distance: 0, inside: undefined, calls: undefined, start: from }];
  while (positions.length > 0 && seen.size < MOST_POSITIONS) {
    const following: Position[] = [];
    const steppedTo = positions.flatMap((position) =>
      steps.from(position.place).flatMap((step) => after(position, step, ways)),
    );
    for (const next of steppedTo) {
      const key = `${next.inside?.number ?? 0} ${next.calls?.number ?? 0} ${next.place} from ${next.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!reached.has(next.place)) reached.set(next.place, next.distance);
      if (passes(next.place)) following.push(next);
    }
    positions = following;
  }
  return reached;
};
