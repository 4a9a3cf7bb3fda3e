import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Node, NodeAPI } from "node-red";
import { request } from "undici";
import { BUCKET, type Contender, KEYS } from "./task";

/**
 * A node with the least that stores pictures: undici's answer into the SDK's upload, with the SDK's own choices. Nothing
 * is checked, neither where a picture is from nor what it is, and nothing is cleared up.
 */
export const barePipe =
  ({ store, atOnce }: Contender) =>
  (RED: NodeAPI): void => {
    const client = new S3Client({
      endpoint: store,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: KEYS,
      // Like our bucket node.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
    const pipe = async (url: string, index: number): Promise<object> => {
      const { body } = await request(url);
      const params = { Bucket: BUCKET, Key: `${index}.png`, Body: body, ContentType: "image/png" };
      const { ETag } = await new Upload({ client, params }).done();
      return { key: params.Key, etag: ETag };
    };
    const pipeAll = async (urls: readonly string[]): Promise<object[]> => {
      const waiting = urls.entries();
      const stored: object[] = [];
      const work = async (): Promise<void> => {
        for (const [index, url] of waiting) stored.push(await pipe(url, index));
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return stored;
    };
    RED.nodes.registerType("bench-pipe", function (this: Node, config) {
      RED.nodes.createNode(this, config);
      this.on("input", (message: { payload?: unknown; s3?: object[] }, send, done) => {
        pipeAll(message.payload as string[])
          .then((s3) => send(Object.assign(message, { s3 })))
          .then(() => done(), done);
      });
    });
  };
