/**
 * An `it` for what mostly waits for other processes: the next one begins while this one runs. What it needs it must make
 * itself.
 */
export function ahead(): (title: string, work: () => Promise<void>) => void {
  const begun: (() => Promise<void>)[] = [];
  after(() => Promise.allSettled(running));
  const running: Promise<void>[] = [];
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
    const index = begun.push(begin) - 1;
    it(title, () => {
      const own = begin();
      void begun[index + 1]?.();
      return own;
    });
  };
}
