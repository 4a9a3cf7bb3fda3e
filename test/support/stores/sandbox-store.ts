import { startSandbox } from "../../../sandbox";
import { type AccessChanges, type TestStore, testStore } from "./test-store";

/** As often as any case asks. */
const ALWAYS = 100;

/** The sandbox's own store with a bucket. It is as strict as it can be. */
export async function startSandboxStore(): Promise<TestStore> {
  const sandbox = await startSandbox({ settings: { s3AutoCreate: false, s3PublicRead: false } });
  const { endpoint, accessKeyId, secretAccessKey } = sandbox.s3;
  const refuse = async (fault: string, ...calls: string[]): Promise<AccessChanges> => {
    for (const call of calls) sandbox.arm(fault, { call, count: ALWAYS });
    return {};
  };
  return testStore({
    name: "sandbox",
    endpoint,
    owner: { accessKeyId, secretAccessKey },
    reader: () => refuse("denied", "PutObject", "CreateMultipartUpload", "DeleteObject"),
    withoutRoom: () => refuse("full", "PutObject", "UploadPart"),
    calm: () => sandbox.disarm(),
    close: () => sandbox.close(),
  });
}
