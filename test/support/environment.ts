/** Runs work with other environment variables: these, and none of those named. Puts back what was there. */
export async function withEnvironment(
  values: Readonly<Record<string, string>>,
  work: () => Promise<void>,
  without: readonly string[] = [],
): Promise<void> {
  const before = [...without, ...Object.keys(values)].map((name) => [name, process.env[name]] as const);
  for (const name of without) delete process.env[name];
  Object.assign(process.env, values);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
