import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { s3Account } from "../sandbox/s3/account";
import { startSandboxProcess } from "../test/support/sandbox-process";
import { type ChildFigures, figuresOf } from "./child-figures";
import type { Figure } from "./figure";
import type { StreamingTask } from "./streaming-child";

const BYTES = 200_000_000;

const measureOf = (measure: string, atMost: number, { idle, peak, seconds }: ChildFigures): Figure => ({
  measure: `memory over idle: ${measure}`,
  reached: peak - idle,
  unit: "MB",
  atMost,
  from: `idle ${idle} MB, peak ${peak} MB, ${seconds} s`,
});

/** What it costs to stream a large picture from a URL into a bucket. */
export async function processes(): Promise<Figure[]> {
  const { firstUse, streamed } = await streaming();
  return [
    measureOf("the first use of a bucket: the S3 client is loaded", 60, firstUse),
    measureOf("200 MB from a URL into a bucket", 100, streamed),
  ];
}

/** The picture's host is this process, the store another one. */
async function streaming(): Promise<{ firstUse: ChildFigures; streamed: ChildFigures }> {
  const sandbox = await startSandboxProcess();
  const host = createServer((_request, response) => void sendPicture(response));
  host.listen(0, "127.0.0.1");
  await once(host, "listening");
  const { region, accessKeyId, secretAccessKey } = s3Account;
  const task: Omit<StreamingTask, "isFirstUse"> = {
    url: `http://127.0.0.1:${(host.address() as AddressInfo).port}/picture.png`,
    bytes: BYTES,
    access: {
      place: {
        endpoint: `${sandbox.url}/s3`,
        region,
        bucket: "pictures",
        pathStyle: true,
        publicBaseUrl: "",
        checksums: "required",
      },
      credentials: { accessKeyId, secretAccessKey },
      connection: { useEnvironmentProxy: false, connectTimeout: 5000, headersTimeout: 60_000, bodyTimeout: 60_000 },
      retries: 3,
    },
  };
  const figures = (isFirstUse: boolean): Promise<ChildFigures> =>
    figuresOf(join(__dirname, "streaming-child.ts"), { ...task, isFirstUse });
  try {
    return { firstUse: await figures(true), streamed: await figures(false) };
  } finally {
    await sandbox.stop();
    await closed(host);
  }
}

/** Without a length: it is not known before the end. */
async function sendPicture(response: NodeJS.WritableStream): Promise<void> {
  const piece = Buffer.alloc(100_000, 7);
  for (let sent = 0; sent < BYTES; sent += piece.length) if (!response.write(piece)) await once(response, "drain");
  response.end();
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
