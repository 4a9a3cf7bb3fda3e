import assert from "node:assert/strict";

/** What every object of this process has in common, by name. */
const NATIVES: Readonly<Record<string, object>> = {
  Object: Object.prototype,
  Array: Array.prototype,
  Function: Function.prototype,
  String: String.prototype,
  Number: Number.prototype,
  BigInt: BigInt.prototype,
  Boolean: Boolean.prototype,
  Symbol: Symbol.prototype,
  Date: Date.prototype,
  RegExp: RegExp.prototype,
  Map: Map.prototype,
  Set: Set.prototype,
  Promise: Promise.prototype,
  Error: Error.prototype,
  Buffer: Buffer.prototype,
  Uint8Array: Uint8Array.prototype,
  TypedArray: Object.getPrototypeOf(Uint8Array.prototype) as object,
  "the class Object": Object,
  "the class Array": Array,
  JSON,
  Reflect,
};

type Members = ReadonlyMap<PropertyKey, PropertyDescriptor | undefined>;

const membersOf = (owner: object): Members =>
  new Map(Reflect.ownKeys(owner).map((name) => [name, Object.getOwnPropertyDescriptor(owner, name)]));

/** @returns a check that what all objects have in common is as it is now. */
export function natives(): () => void {
  const before = Object.entries(NATIVES).map(([name, owner]) => ({ name, owner, members: membersOf(owner) }));
  return () => {
    for (const { name, owner, members } of before) {
      const now = membersOf(owner);
      const changed = [...new Set([...members.keys(), ...now.keys()])].filter((member) => {
        const [one, other] = [members.get(member), now.get(member)];
        return one?.value !== other?.value || one?.get !== other?.get || one?.set !== other?.set;
      });
      assert.deepEqual(changed, [], `members of ${name} that were changed`);
    }
  };
}
