import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FluxError } from "../../../lib/errors";
import { openStore } from "../../../lib/storage/open-store";
import type { BucketAccess } from "../../../lib/storage/store";
import { generatedBuffer, MEBIBYTE } from "./content";

/** What a process whose clock is wrong is to do. */
type Task = { do: "put"; key: string; megabytes: number } | { do: "sign"; key: string; seconds: number };

type Outcome = { stored: string } | { address: string } | { code: string; message: string };

interface Order {
  shift: number;
  access: BucketAccess;
  task: Task;
}

/**
 * Does something in a process of its own whose clock is wrong, so that no other clock is.
 * @param shift milliseconds by which it is ahead
 */
export async function withShiftedClock(shift: number, access: BucketAccess, task: Task): Promise<Outcome> {
  const order: Order = { shift, access, task };
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    __filename,
    JSON.stringify(order),
  ]);
  return JSON.parse(stdout) as Outcome;
}

function shiftClock(shift: number): void {
  const RightDate = Date;
  const now = (): number => RightDate.now() + shift;
  globalThis.Date = new Proxy(RightDate, {
    construct: (target, values) => Reflect.construct(target, values.length === 0 ? [now()] : values),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
}

async function obey({ shift, access, task }: Order): Promise<Outcome> {
  shiftClock(shift);
  const store = openStore(access);
  try {
    if (task.do === "sign") return { address: await store.sign("GET", task.key, task.seconds) };
    const body = generatedBuffer(task.megabytes * MEBIBYTE);
    const { key } = await store.put(
      { key: task.key, body, contentType: "image/png" },
      { signal: new AbortController().signal },
    );
    return { stored: key };
  } catch (error) {
    if (!(error instanceof FluxError)) throw error;
    return { code: error.code, message: error.message };
  } finally {
    await store.close();
  }
}

if (require.main === module) {
  const order: Order = JSON.parse(process.argv[2] ?? "");
  obey(order).then((outcome) => console.log(JSON.stringify(outcome)));
}
