/** The texts of a catalogue by their keys: `dialog.name`. */
export const leavesOf = (texts: unknown, above = ""): Map<string, string> =>
  new Map(
    Object.entries(Object(texts)).flatMap(([name, value]) => {
      const key = above === "" ? name : `${above}.${name}`;
      return typeof value === "string" ? [[key, value] as const] : [...leavesOf(value, key)];
    }),
  );
