/** Beginnings of the parameters with which clouds sign addresses: AWS, Google, Alibaba, Tencent, Huawei, Microsoft. */
const SIGNING = /^x-(amz|goog|oss|cos|obs|ms)-/;

/** What a parameter that holds a key has in its name, however it goes on: `access_token`, `client_secret`, `apikey1`. */
const TELLING =
  /signature|token|secret|passw|credential|api[-_.]?key|access[-_.]?key|private[-_.]?key|authori[sz]ation/;

/** Words that mean a key only when they stand by themselves: `author` and `keyword` are none. */
const WORDS = new Set(
  "sig sign key keys policy auth oauth pass pwd pw hmac jwt sas bearer session sessionid credentials code otp".split(
    " ",
  ),
);

/** How a text begins that is an address as a whole. */
const ADDRESS = /^\s{0,1000}https?:[/\\]*/i;

/** Of longer addresses every query is cut: reading it would take long. */
const LONGEST_READ = 64 * 1024;

/**
 * The address without user, password, query and fragment, when one of these looks like a key or a signature; undefined
 * for other addresses and for texts that are none.
 */
export function withoutKey(text: string): string | undefined {
  const address = ADDRESS.exec(text);
  if (!address) return undefined;
  const start = address[0].length;
  const tail = text.slice(start).search(/[?#]/);
  const end = tail < 0 ? text.length : start + tail;
  const host = text.slice(start, end).search(/[/\\]/);
  const authority = text.slice(start, host < 0 ? end : start + host);
  const at = authority.lastIndexOf("@");
  if (text.length > LONGEST_READ ? at < 0 && tail < 0 : at < 0 && !namesKey(text.slice(end))) return undefined;
  return text.slice(0, start) + text.slice(start + at + 1, end);
}

/** Where an address begins inside a text, up to what cannot be part of one. */
const INSIDE = /https?:\/\/[^\s"'<>`]+/gi;

/**
 * A text in which each address that looks like holding a key or a signature is without it; undefined for texts in which
 * there is none.
 */
export function withoutKeys(text: string): string | undefined {
  // Most texts have no address in them, and pictures are long.
  if (!text.includes(":") || !(text.includes("://") || ADDRESS.test(text))) return undefined;
  // An address without any of these has nothing that could be cut.
  if (!/[?#@]/.test(text)) return undefined;
  const whole = withoutKey(text);
  if (whole !== undefined) return withoutKeys(whole) ?? whole;
  const cut = text.replace(INSIDE, (address) => withoutKey(address) ?? address);
  return cut === text ? undefined : cut;
}

/** Of a query, a fragment or both. */
function namesKey(parameters: string): boolean {
  for (const [, name = ""] of parameters.matchAll(/[?#&;]([^=?#&;]*)/g)) if (isKey(decoded(name))) return true;
  return false;
}

function isKey(name: string): boolean {
  const lower = name.trim().toLowerCase();
  if (SIGNING.test(lower) || TELLING.test(lower)) return true;
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  return words.split(/[^a-z]+/).some((word) => WORDS.has(word));
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
