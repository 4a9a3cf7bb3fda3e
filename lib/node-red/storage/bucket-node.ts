import { FluxError } from "../../errors";
import { connectionSettings } from "../connection";
import { keepSandboxIn } from "../sandbox-host";
import type { NodeAPI, NodeDef } from "../types";
import { Bucket, type BucketKeys } from "./bucket";
import { serveBucketTest } from "./bucket-test";
import type { BucketNode } from "./find-bucket";
import { readBucketSettings } from "./settings";

/** A bucket's saved properties, as Node-RED hands them over. */
interface BucketDef extends NodeDef {
  proxy?: string;
  tls?: string;
}

/** Registers the bucket node type: where pictures are stored, and with which keys. */
export function bucketNode(RED: NodeAPI, type: string): void {
  keepSandboxIn(RED.settings.userDir);
  function BucketNodeType(this: BucketNode, config: BucketDef) {
    RED.nodes.createNode(this, config);
    try {
      Object.assign(this, opened(RED, config, this.credentials ?? {}));
    } catch (error) {
      if (!(error instanceof FluxError)) throw error;
      Object.assign(this, { problem: error });
      this.error(error.message);
      return;
    }
    this.on("close", (_removed: boolean, done: () => void) => {
      this.bucket.close().then(done, done);
    });
  }
  RED.nodes.registerType<BucketNode, BucketDef, object, BucketKeys>(type, BucketNodeType, {
    credentials: {
      accessKeyId: { type: "text" },
      secretAccessKey: { type: "password" },
      sessionToken: { type: "password" },
    },
  });
  serveBucketTest(RED, type);
}

function opened(RED: NodeAPI, config: BucketDef, keys: BucketKeys): Pick<BucketNode, "bucket" | "destination"> {
  const settings = readBucketSettings(config);
  const { environment, endpoint, authentication } = settings;
  return {
    bucket: new Bucket({ settings, keys, connection: (address) => connectionSettings(RED, config, address) }),
    destination: { environment, endpoint, authentication, proxy: config.proxy ?? "", tls: config.tls ?? "" },
  };
}
