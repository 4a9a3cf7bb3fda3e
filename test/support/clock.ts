/**
 * Runs work in which timers of just so many ms wait for the test, and no other timers do.
 * `fire` lets them fire, and tells how many there were.
 */
export async function withTimersHeld<Result>(
  delay: number,
  work: (fire: () => number) => Promise<Result>,
): Promise<Result> {
  const { setTimeout: real } = globalThis;
  const held: (() => void)[] = [];
  globalThis.setTimeout = new Proxy(real, {
    apply: (target, self, [callback, milliseconds, ...rest]) => {
      if (milliseconds !== delay) return Reflect.apply(target, self, [callback, milliseconds, ...rest]);
      held.push(() => callback(...rest));
      return Reflect.apply(target, self, [() => {}, 0]);
    },
  });
  try {
    return await work(() => {
      const due = held.splice(0);
      for (const callback of due) callback();
      return due.length;
    });
  } finally {
    globalThis.setTimeout = real;
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
