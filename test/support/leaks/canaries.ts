/** Words that are planted where a flow's author has keys, signed addresses and prompts, and looked for everywhere else. */
export const keys = {
  runwareKey: "canaryrunwarekey4f1c",
  falKeyId: "canaryfalkeyid92ab",
  falKeySecret: "canaryfalkeysecret7d03",
  secretAccessKey: "canarysecretaccesskey81c9",
  proxyPassword: "canaryproxypassword06e2",
  /** In an account's address, which comes from the environment. */
  addressKey: "canaryaddresskeyb47d",
} as const;

/** What signed addresses hold. */
export const queries = {
  accessKeyId: "CANARYACCESSKEYID5E6B",
  /** In the query of addresses that a service answers with. */
  answeredQuery: "canaryansweredquery3a7f",
  /** In the query of addresses that a message brings. */
  inputQuery: "canaryinputquery60de",
  /** In addresses inside of longer texts. */
  nestedQuery: "canarynestedquery2b58",
} as const;

export const prompts = {
  prompt: "canarypromptquibblefrond",
  negativePrompt: "canarynegativeplumbago",
} as const;

/** What is looked for, by its name. */
export type Canaries = Readonly<Record<string, string>>;

/** The names of those that a text or a file holds, however they are written there. */
export function canariesIn(content: string | Buffer, canaries: Canaries): string[] {
  const text = (typeof content === "string" ? content : content.toString("latin1")).toLowerCase();
  const coded = (typeof content === "string" ? content : content.toString("latin1"))
    .replace(/-/g, "+")
    .replace(/_/g, "/");
  return Object.entries(canaries)
    .filter(([, canary]) => {
      const bytes = Buffer.from(canary);
      return (
        text.includes(canary.toLowerCase()) ||
        text.includes(bytes.toString("hex")) ||
        text.includes(bytes.toString("utf16le").toLowerCase()) ||
        inBase64(bytes).some((form) => coded.includes(form))
      );
    })
    .map(([name]) => name);
}

/** As base64 of a longer text has them: what stands before decides which of three forms it is. Never the ends, which differ. */
const inBase64 = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "")
      .slice(before === 0 ? 0 : 4, -2),
  );
