/*
 * Collections of what comes with a message and goes with it. V8 copies the table of a Map or Set again and again when
 * entries come and go, and a table that has been there for a while is collected only together with the whole heap. Until
 * then it holds what was in it when it was copied, and all that this leads to: nearly everything that was ever made for a
 * message would have to be moved to the old part of the heap. Here the old tables hold empty places.
 */

/** Where a member is; empty when it is not there any more. */
export interface Place<Member> {
  member: Member | undefined;
}

/** A set of members that do not stay for long, in the order in which they came. */
export class PassingSet<Member extends object> {
  readonly #places = new Set<Place<Member>>();

  get size(): number {
    return this.#places.size;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return membersOf(this.#places);
  }

  /** @returns its place, by which it is deleted. */
  add(member: Member): Place<Member> {
    const place = { member };
    this.#places.add(place);
    return place;
  }

  delete(place: Place<Member>): void {
    place.member = undefined;
    this.#places.delete(place);
  }
}

/** A map of members that do not stay for long, in the order in which they came. */
export class PassingMap<Key, Member extends object> {
  readonly #places = new Map<Key, Place<Member>>();

  has(key: Key): boolean {
    return this.#places.has(key);
  }

  get(key: Key): Member | undefined {
    return this.#places.get(key)?.member;
  }

  set(key: Key, member: Member): void {
    const place = this.#places.get(key);
    if (place) place.member = member;
    else this.#places.set(key, { member });
  }

  delete(key: Key): void {
    const place = this.#places.get(key);
    if (place) place.member = undefined;
    this.#places.delete(key);
  }

  values(): IterableIterator<Member> {
    return membersOf(this.#places.values());
  }
}

/** What is in those places at the moment when each is come to. */
function* membersOf<Member>(places: Iterable<Place<Member>>): IterableIterator<Member> {
  for (const { member } of places) if (member !== undefined) yield member;
}
