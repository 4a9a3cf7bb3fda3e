import { openStore } from "../../../lib/storage/open-store";
import type { Store } from "../../../lib/storage/store";
import { skipped } from "../../support/skipped";
import { plainClient, type StoreName, type TestStore } from "../../support/stores/test-store";
import type { Case, Scene } from "./case";
import { groups } from "./cases";

/** Tries every promise with a store. `start` may skip the test that it is given. */
export function keepPromises(name: StoreName, title: string, start: (test: Mocha.Context) => Promise<TestStore>): void {
  describe(`Pictures in ${title}`, function () {
    // Hundreds of megabytes go to a disk that others may use as well.
    this.timeout(60_000);
    let store: TestStore;
    before(async function () {
      this.timeout(90_000);
      store = await start(this);
    });
    after(() => store?.close());

    let number = 0;
    for (const group of groups) {
      describe(group.title, () => {
        for (const one of group.cases) {
          const reason = one.notWith?.[name];
          number += 1;
          const key = `case-${number}`;
          it(one.title, async function () {
            if (reason !== undefined) skipped(this, reason);
            await play(one, store, key);
          });
        }
      });
    }
  });
}

async function play(one: Case, store: TestStore, key: string): Promise<void> {
  const opened: { close(): Promise<void> }[] = [];
  const openAs = (access: ReturnType<TestStore["access"]>): Store => {
    const store = openStore(access);
    opened.push(store);
    return store;
  };
  const scene: Scene = {
    store,
    open: (changes) => openAs(store.access(changes)),
    openWithFaults: (changes) => openAs(store.accessWithFaults(changes)),
    openAs,
    client: (keys) => {
      const client = plainClient(store.endpoint, keys);
      opened.push({ close: async () => client.destroy() });
      return client;
    },
    key,
    signal: new AbortController().signal,
  };
  store.calm();
  const { random } = Math;
  // Chance decides how long the pauses before a repetition are: here none.
  Math.random = () => 0;
  try {
    await one.run(scene);
  } finally {
    Math.random = random;
    await Promise.all(opened.map((store) => store.close()));
    store.calm();
  }
}
