import { open } from "node:fs/promises";

/** A disk that takes its time. */
interface SlowDisk {
  /** Resolves once something is to be made durable. */
  busy: Promise<void>;
  /** The disk is done with that, and as fast as ever from now on. */
  done: () => void;
}

/** Runs work on a disk that takes as long as the work wants for whatever is made durable next. */
export async function withSlowDisk<Result>(work: (disk: SlowDisk) => Promise<Result>): Promise<Result> {
  const handle = await open(__filename);
  const files: { datasync(): Promise<void> } = Object.getPrototypeOf(handle);
  await handle.close();
  const { datasync } = files;
  let begin = () => {};
  let end = () => {};
  const busy = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const isDone = new Promise<void>((resolve) => {
    end = resolve;
  });
  files.datasync = async function (this: unknown) {
    begin();
    await isDone;
    return Reflect.apply(datasync, this, []);
  };
  const done = () => {
    files.datasync = datasync;
    end();
  };
  try {
    return await work({ busy, done });
  } finally {
    done();
  }
}
