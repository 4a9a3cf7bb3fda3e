/** Repeats a text of the service inside an error, or gives undefined when it is better left out. */
export type Quote = (text: unknown) => string | undefined;

const LONGEST_QUOTE = 200;
/** A shared run of this many characters counts as a piece of the prompt. */
const TELLING = 12;

/**
 * Makes the filter for texts of the service. They may echo what was sent, so keys and addresses (signatures, tokens) are
 * taken out, and a text that repeats a piece of a prompt is dropped, as is every text when the prompts are not known.
 */
export function quoter(apiKey: string, prompts: readonly string[] | undefined): Quote {
  const known = prompts?.map(comparable).filter((prompt) => prompt !== "");
  return (text) => {
    if (typeof text !== "string" || !known) return undefined;
    const head = oneLine(text.slice(0, 4000));
    if (known.some((prompt) => repeats(comparable(head), prompt))) return undefined;
    const clean = withoutKey(head, apiKey)
      .replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, "[address]")
      .replace(/data:\S+/gi, "[data]")
      .replace(/\S{80,}/g, "[data]");
    return clean === "" ? undefined : clean.slice(0, LONGEST_QUOTE);
  };
}

/** A short word of the service, such as an error code or a parameter's name. */
export function word(value: unknown, apiKey: string): string | undefined {
  if (Array.isArray(value)) {
    const words = value.slice(0, 10).flatMap((one) => word(one, apiKey) ?? []);
    return words.length > 0 ? words.join(", ").slice(0, 100) : undefined;
  }
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return withoutKey(oneLine(String(value).slice(0, 400)), apiKey).slice(0, 100) || undefined;
}

function repeats(text: string, prompt: string): boolean {
  if (prompt.length <= TELLING) return text.includes(prompt);
  for (let at = 0; at + TELLING <= text.length; at += 1) {
    if (prompt.includes(text.slice(at, at + TELLING))) return true;
  }
  return false;
}

/** Without letter case and everything that escaping may have changed. */
const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const withoutKey = (text: string, apiKey: string): string => (apiKey === "" ? text : text.replaceAll(apiKey, "[key]"));

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, " ").trim();
