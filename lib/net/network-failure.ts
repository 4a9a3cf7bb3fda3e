import { ProxyTunnelError } from "./proxy-tunnel";

/** What went wrong between us and the other side. */
export type FailureKind =
  | "dns"
  | "refused"
  | "unreachable"
  | "connect-timeout"
  | "tls"
  | "proxy"
  | "blocked-address"
  | "timeout"
  | "too-large"
  | "broken";

/** The part of an answer that comes before its body. Header names are in lower case. */
interface AnswerHead {
  status: number;
  headers: Readonly<Record<string, string>>;
}

/** An exchange that ended without a whole answer. The message is a clause for the middle of a sentence. */
export class NetworkFailure extends Error {
  override readonly name = "NetworkFailure";
  readonly kind: FailureKind;
  /** "no": not one byte of the request can have reached the other side. */
  readonly arrived: "no" | "unknown";
  /** Whether the same request may succeed later without a change to any setting. */
  readonly passing: boolean;
  /** Where an answer had begun. */
  readonly head: AnswerHead | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    { arrived, passing = true, head }: { arrived: "no" | "unknown"; passing?: boolean; head?: AnswerHead },
  ) {
    super(message);
    this.kind = kind;
    this.arrived = arrived;
    this.passing = passing;
    this.head = head;
  }
}

/** Raised by a `lookup` that refuses an address; it travels through net.connect to `networkFailure`. */
export class BlockedAddress extends Error {
  readonly code = "BLOCKED_ADDRESS";
}

/** What an exchange was doing when it failed. */
export interface Circumstances {
  host: string;
  /** Whether a connection was there and the request was handed to it. A socket that was reused and reset is "sent". */
  sent: boolean;
  head?: AnswerHead;
}

/** Says in words, and with the proof of arrival, why an exchange failed. The error's own text is not repeated. */
export function networkFailure(error: unknown, { host, sent, head }: Circumstances): NetworkFailure {
  const arrived = sent ? "unknown" : "no";
  const code = codeOf(error);
  const failure = (kind: FailureKind, message: string, passing = true) =>
    new NetworkFailure(kind, message, { arrived, passing, ...(head && { head }) });

  if (error instanceof ProxyTunnelError) return proxyFailure(error);
  if (code === "BLOCKED_ADDRESS") {
    return failure("blocked-address", `${host} is an address inside a private network`, false);
  }
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE")
    return failure("too-large", `the answer of ${host} is too large`, false);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
    return failure("timeout", `${host} did not answer in time`);
  }
  if (sent) return failure("broken", `the connection to ${host} broke${coded(code)}`);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return failure("dns", `the name ${host} could not be resolved (${code})`);
    case "ECONNREFUSED":
      return failure("refused", `${host} refused the connection (${code})`);
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return failure("unreachable", `${host} is not reachable from here (${code})`);
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return failure("connect-timeout", `no connection to ${host} in time`);
    default:
      if (isTls(code)) return failure("tls", `no secure connection to ${host}${coded(code)}`, !isCertificate(code));
      return failure("broken", `no connection to ${host}${coded(code)}`);
  }
}

function proxyFailure(error: ProxyTunnelError): NetworkFailure {
  const { status } = error;
  const message =
    status === 407
      ? "the proxy asks for a user name and password (407)"
      : status === undefined
        ? `the proxy could not be used${coded(codeOf(error.cause))}`
        : `the proxy refused to connect (${status})`;
  return new NetworkFailure("proxy", message, { arrived: "no", passing: status !== 407 && status !== 403 });
}

/** The system's or undici's code. With several addresses tried, Node gives the code of the first. */
function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const coded = (code: string | undefined): string => (code ? ` (${code})` : "");

/** Codes of Node's tls and of OpenSSL's certificate checks. */
const isTls = (code = ""): boolean => /^(ERR_TLS|ERR_SSL|EPROTO|UND_ERR_PRX_TLS)/.test(code) || isCertificate(code);

const isCertificate = (code = ""): boolean => /CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ALTNAME/.test(code);
