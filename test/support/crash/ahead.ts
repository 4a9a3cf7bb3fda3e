/** How many run side by side: mostly they wait for processes to start. */
const AT_ONCE = 3;

/** An `it` for what waits for other processes: the next ones begin while one runs. Each makes what it needs itself. */
export function ahead(): (title: string, work: () => Promise<void>) => void {
  const begins: (() => Promise<void>)[] = [];
  const running: Promise<void>[] = [];
  after(() => Promise.allSettled(running));
  return (title, work) => {
    let result: Promise<void> | undefined;
    const begin = (): Promise<void> => {
      if (result === undefined) {
        result = work();
        // Its own `it` says how it ended, which may come later.
        result.catch(() => {});
        running.push(result);
      }
      return result;
    };
    const index = begins.push(begin) - 1;
    it(title, () => {
      const own = begin();
      for (const next of begins.slice(index + 1, index + AT_ONCE)) void next();
      return own;
    });
  };
}
