import type { Dispatcher, Pool } from "undici";

/** A proxy did not open the way to the service; the request was not sent. */
export class ProxyTunnelError extends Error {
  override readonly name = "ProxyTunnelError";
  /** The proxy's answer, where it gave one: 407 asks for credentials. */
  readonly status: number | undefined;

  constructor(cause: unknown, status?: number) {
    super("the proxy did not open a connection", { cause });
    this.status = status;
  }
}

/**
 * Makes the connections to a proxy, as undici's `clientFactory`. When a proxy hangs up on CONNECT, undici takes it for
 * a recoverable socket error and asks again, at once and for ever (5,000 times in 1.5 s, measured with 7.30). Here
 * every failure becomes a ProxyTunnelError, which fails the request. A proxy that does not answer CONNECT within
 * `timeout` ms has failed as well.
 */
export async function proxyClients(timeout: number): Promise<(origin: URL, options: object) => Dispatcher> {
  const { Pool } = await import("undici");
  return (origin, options: Pool.Options) => {
    const pool = new Pool(origin, { ...options, headersTimeout: timeout });
    const connect = (request: Dispatcher.ConnectOptions) => openTunnel(pool, request);
    return Object.defineProperty(pool, "connect", { value: connect });
  };
}

async function openTunnel(pool: Pool, request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
  const answer = await connect(pool, request);
  if (answer.statusCode === 200) return answer;
  answer.socket.on("error", () => {}).destroy();
  throw new ProxyTunnelError(undefined, answer.statusCode);
}

/** The prototype's `connect`: the pool's own is what calls this file. */
function connect(pool: Pool, request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
  const prototype: Pool = Object.getPrototypeOf(pool);
  return new Promise((resolve, reject) => {
    prototype.connect.call(pool, request, (error: Error | null, answer: Dispatcher.ConnectData) => {
      if (error) reject(new ProxyTunnelError(error));
      else resolve(answer);
    });
  });
}
