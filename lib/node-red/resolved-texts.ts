/** What variables of the environment hold, and how they are written: `${NAME}`. */
export type ResolvedTexts = Map<string, string>;

/** An answer in whose texts the variables are named again instead of what they hold. */
export const withoutResolved = (answer: object, resolved: Readonly<ResolvedTexts>): object =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      typeof value === "string" ? namingVariables(value, resolved) : value,
    ]),
  );

function namingVariables(text: string, resolved: Readonly<ResolvedTexts>): string {
  const forms = [...resolved].flatMap(([value, variable]) => formsOf(value).map((form) => ({ form, variable })));
  // One that holds another goes first: nothing of it is left then.
  forms.sort((one, other) => other.form.length - one.form.length);
  return forms.reduce((rest, { form, variable }) => rest.replaceAll(form, () => variable), text);
}

/** As sentences repeat a value: as it is, in quotes, in an address, cut, and of an address its host. */
function formsOf(value: string): string[] {
  const forms = [value, JSON.stringify(value).slice(1, -1), encoded(value), value.replace(/\/+$/, "")];
  const hosts = URL.canParse(value) ? [new URL(value).host, new URL(value).hostname] : [];
  const heads = value.length > LONGEST_WHOLE ? [value.slice(0, LONGEST_WHOLE)] : [];
  return [...forms, ...hosts, ...heads].filter((form) => form !== "");
}

/** Sentences cut what is longer. */
const LONGEST_WHOLE = 100;

function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Half a character of two units.
    return value;
  }
}
