import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { s3Account } from "../../sandbox/s3/account";
import { bucketIn } from "../support/bucket";
import { ahead } from "../support/crash/ahead";
import { type Crash, crash, inHouse, linesAbout } from "../support/crash/crash";
import type { FlowNode, House, HouseOptions } from "../support/crash/house";

/** presign -> Runware -> confirm, instead of Runware alone. The store outlives Node-RED, as the service does. */
const intoTheBucket = (nodes: FlowNode[]): FlowNode[] => {
  const account = nodes.find(({ id }) => id === "account-runware");
  const endpoint = new URL("/s3", String(account?.baseUrl)).href;
  const changed = nodes.map((node) => {
    if (node.id === "runware-unpack") return { ...node, wires: [["answer", "place"]] };
    return node.id === "runware" ? { ...node, wires: [["awaiting"]] } : node;
  });
  return [
    ...changed,
    { id: "bucket", type: "flux-s3-bucket", endpoint, bucket: "pictures", pathStyle: true, authentication: "chain" },
    { id: "place", type: "flux-s3-presign", z: "tab", bucket: "bucket", wires: [["runware"]] },
    {
      id: "awaiting",
      type: "flux-s3-upload",
      z: "tab",
      bucket: "bucket",
      mode: "confirm",
      wires: [["line-delivered"]],
    },
  ];
};

const direct: HouseOptions = {
  flow: intoTheBucket,
  env: { AWS_ACCESS_KEY_ID: s3Account.accessKeyId, AWS_SECRET_ACCESS_KEY: s3Account.secretAccessKey },
};

const storedIn = ({ sandbox }: House): Promise<string[]> =>
  bucketIn({ s3: { ...s3Account, endpoint: `${sandbox.url}/s3` } }).keys();

const keyOf = (job: string | undefined): string => `runware/${job}.jpg`;

/** Of everything that outlives a process: the journal, what it printed, and what its messages held. */
function assertUnsigned(house: House): void {
  const files = readdirSync(house.folder).map((name) => readFileSync(join(house.folder, name), "utf8"));
  const kept = [...files, house.log(), JSON.stringify(house.lines())].join("\n");
  assert.match(files.join("\n"), /flux-s3:\/\/bucket\/pictures\//, "the place is kept");
  assert.doesNotMatch(kept, /X-Amz-|Signature=/i);
  assert.ok(!kept.includes(s3Account.secretAccessKey), "no secret is kept");
}

describe("a direct upload whose Node-RED is killed", function () {
  this.timeout(120_000);
  const it = ahead();

  /** Each job's picture is there once, and that of no other job. */
  const atTheEnd: Crash["atTheEnd"] = async (house) => {
    assert.deepEqual(
      await storedIn(house),
      house
        .lines()
        .map(({ job }) => keyOf(job))
        .sort(),
    );
    assertUnsigned(house);
  };

  const deaths = [
    "after:waiting",
    "before:submitting",
    "after:submitting",
    "posted",
    "after:submitted",
    "after:settled",
  ] as const;
  for (const step of deaths) {
    it(`at ${step} is paid once, and the flow goes on when the picture is in the bucket`, () =>
      crash({
        ...direct,
        entrance: "runware",
        dieAt: { step },
        between: async (house) => assertUnsigned(house),
        atTheEnd,
        expected: { delivered: 1, submissions: 1, charges: 1 },
      }));
  }

  it("while its picture is waited for is found by a message that resumes the job", () =>
    inHouse(direct, async (house) => {
      // The disk may take longer than the store does to say that the picture is there.
      await house.sandbox.arm("503", { call: "HeadObject", count: 1000 });
      const before = await house.start({ step: "after:closed" });
      await before.send("runware", "message");
      await before.nodeRed.ended;
      await house.sandbox.disarm();
      const [job = ""] = Object.keys((await house.sandbox.report()).jobs);
      assert.deepEqual(linesAbout(house, "message"), []);
      const life = await house.start();
      await life.send("runware", "again", { resume: job });
      await life.until(() => linesAbout(house, "again").length > 0, "the message came out");
      assert.deepEqual(
        linesAbout(house, "again").map((line) => [line.end, line.job]),
        [["delivered", job]],
      );
      assert.deepEqual(await storedIn(house), [keyOf(job)]);
      assert.equal((await house.sandbox.report()).jobs[job]?.charges, 1);
    }));
});
