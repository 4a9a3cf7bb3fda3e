/** Settings of a sandbox whose jobs run until the test says that they are finished, however long what it does meanwhile takes. */
export const untilTold = { latency: 3_600_000 };
