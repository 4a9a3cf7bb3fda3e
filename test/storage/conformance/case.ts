import type { S3Client } from "@aws-sdk/client-s3";
import type { Store } from "../../../lib/storage/store";
import type { AccessChanges, Keys, StoreName, TestStore } from "../../support/stores/test-store";

/** What a case finds when it begins. */
export interface Scene {
  readonly store: TestStore;
  /** The owner's bucket, through the code that is tested; closed when the case is over. */
  open(changes?: AccessChanges): Store;
  /** The same over a way on which things go wrong. */
  openWithFaults(changes?: AccessChanges): Store;
  /** Any other access; closed likewise. */
  openAs(access: ReturnType<TestStore["access"]>): Store;
  /** A look past our own code, as somebody else. */
  client(keys: Keys): S3Client;
  /** A key that no other case uses. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/** One promise, kept with every store that can play it. */
export interface Case {
  /** A promise to the user. */
  title: string;
  /** Why a store cannot play it. */
  notWith?: Readonly<Partial<Record<StoreName, string>>>;
  run(scene: Scene): Promise<void>;
}

export interface CaseGroup {
  title: string;
  cases: readonly Case[];
}
