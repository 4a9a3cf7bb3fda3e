/** What is there at once or comes later: most values of a message are there, and waiting for them takes time of its own. */
export type ValueOrPromise<Value> = Value | Promise<Value>;

/** Goes on with a value: now where it is there, otherwise once it is. */
export const whenThere = <Value, Result>(
  value: ValueOrPromise<Value>,
  next: (value: Value) => ValueOrPromise<Result>,
): ValueOrPromise<Result> => (value instanceof Promise ? value.then(next) : next(value));
