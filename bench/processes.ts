import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { s3Account } from "../sandbox/s3/account";
import { startSandboxProcess } from "../test/support/sandbox-process";
import { buildLib } from "./built";
import { type ChildFigures, figuresOf } from "./child-figures";
import { type Figure, median } from "./figure";
import type { StreamingTask } from "./streaming-child";

const BYTES = 200_000_000;
const ROUNDS = 5;

const measureOf = (measure: string, atMost: number, rounds: readonly ChildFigures[]): Figure => {
  const each = rounds.map(({ idle, peak }) => peak - idle);
  const middle = (value: (figures: ChildFigures) => number): number => median(rounds.map(value));
  return {
    measure: `memory over idle: ${measure}`,
    reached: median(each),
    unit: "MB",
    atMost,
    from: `rounds of ${each.join(", ")} MB; idle ${middle(({ idle }) => idle)} MB, ${middle(({ seconds }) => seconds)} s`,
  };
};

/** What it costs to stream a large picture from a URL into a bucket. */
export async function processes(): Promise<Figure[]> {
  const { firstUse, streamed } = await streaming();
  return [
    measureOf("the first use of a bucket: the S3 client is loaded", 60, firstUse),
    measureOf("200 MB from a URL into a bucket", 100, streamed),
  ];
}

/** The picture's host is this process, the store another one. */
async function streaming(): Promise<{ firstUse: ChildFigures[]; streamed: ChildFigures[] }> {
  const sandbox = await startSandboxProcess();
  const host = createServer((_request, response) => void sendPicture(response));
  host.listen(0, "127.0.0.1");
  await once(host, "listening");
  const { region, accessKeyId, secretAccessKey } = s3Account;
  const task: Omit<StreamingTask, "isFirstUse"> = {
    built: buildLib(),
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
  const rounds = { firstUse: [] as ChildFigures[], streamed: [] as ChildFigures[] };
  const run = (isFirstUse: boolean): Promise<ChildFigures> =>
    figuresOf(join(__dirname, "streaming-child.ts"), { ...task, isFirstUse });
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.firstUse.push(await run(true));
      rounds.streamed.push(await run(false));
    }
    return rounds;
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
