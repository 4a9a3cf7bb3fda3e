/**
 * Runs work in which timers of just so many ms wait for the test, and no other timers do. Of a minute and more, what is left
 * of a time that began up to ten seconds ago waits as well.
 * `fire` lets them fire, and tells how many there were.
 */
export async function withTimersHeld<Result>(
  delay: number,
  work: (fire: () => number) => Promise<Result>,
): Promise<Result> {
  const { setTimeout: real, clearTimeout: clear } = globalThis;
  const held = new Map<unknown, () => void>();
  const least = delay < 60_000 ? delay : delay - 10_000;
  globalThis.setTimeout = new Proxy(real, {
    apply: (target, self, [callback, milliseconds, ...rest]) => {
      const isHeld = milliseconds >= least && milliseconds <= delay;
      if (!isHeld) return Reflect.apply(target, self, [callback, milliseconds, ...rest]);
      const timer = Reflect.apply(target, self, [() => {}, 0]);
      held.set(timer, () => callback(...rest));
      return timer;
    },
  });
  globalThis.clearTimeout = new Proxy(clear, {
    apply: (target, self, [timer]) => {
      held.delete(timer);
      return Reflect.apply(target, self, [timer]);
    },
  });
  try {
    return await work(() => {
      const due = [...held.values()];
      held.clear();
      for (const callback of due) callback();
      return due.length;
    });
  } finally {
    globalThis.setTimeout = real;
    globalThis.clearTimeout = clear;
  }
}

/** Runs work on a clock that can be set ahead. Only the time of day changes: timers run as ever. */
export async function withClock<Result>(
  work: (ahead: (milliseconds: number) => void) => Promise<Result>,
): Promise<Result> {
  const { now } = Date;
  let offset = 0;
  Date.now = () => now() + offset;
  try {
    return await work((milliseconds) => {
      offset += milliseconds;
    });
  } finally {
    Date.now = now;
  }
}

/** Lets each test of a suite begin at noon: none of them runs into the next day. Only `Date.now` tells it, and time goes on. */
export function fromNoon(): void {
  const { now } = Date;
  beforeEach(() => {
    const ahead = new Date(now()).setHours(12, 0, 0, 0) - now();
    Date.now = () => now() + ahead;
  });
  afterEach(() => {
    Date.now = now;
  });
}
