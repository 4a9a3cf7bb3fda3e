import dns from "node:dns";

const { lookup } = dns;

type Found = { address: string; family: number }[];

/**
 * Every name resolves to what `answer` says, as if a hostile name server said so, until `resolveAsEver`.
 * @param answer gets the name, and how often names were asked for before.
 * @returns the names that were asked for, as they come.
 */
export function resolveTo(answer: (name: string, count: number) => readonly string[]): string[] {
  const asked: string[] = [];
  const fake = (name: string, _options: object, callback: (error: null, found: Found) => void) => {
    const addresses = answer(name, asked.length);
    asked.push(name);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  Object.assign(dns, { lookup: fake });
  return asked;
}

export function resolveAsEver(): void {
  Object.assign(dns, { lookup });
}
