/** An endpoint of the pack on Node-RED's admin API. */
export interface Endpoint {
  /** `GET /flux/jobs`, as it is registered. */
  route: string;
  /** That a user needs. */
  permission: string;
  /** A path that it answers, for the examples below. */
  path: string;
  body?: object;
  /** What somebody gets who has the permission. */
  status: number;
}

const test = (type: string): Endpoint => ({
  route: `POST /flux/${type}/test`,
  permission: `${type}.write`,
  path: `/flux/${type}/test`,
  body: { environment: "sandbox" },
  status: 200,
});

/** All of them. A test compares them with what a Node-RED has registered. */
export const endpoints: readonly Endpoint[] = [
  { route: "GET /flux/jobs", permission: "flux.read", path: "/flux/jobs", status: 200 },
  { route: "GET /flux/jobs/:id/thumbnail", permission: "flux.read", path: "/flux/jobs/a/thumbnail", status: 404 },
  { route: "POST /flux/jobs/:id/cancel", permission: "flux.write", path: "/flux/jobs/a/cancel", status: 404 },
  { route: "POST /flux/estimate", permission: "flux.read", path: "/flux/estimate", body: {}, status: 400 },
  { route: "GET /flux/preview/:node", permission: "flux.read", path: "/flux/preview/a", status: 200 },
  { route: "GET /flux/preview/:node/:picture", permission: "flux.read", path: "/flux/preview/a/b", status: 404 },
  {
    route: "GET /flux/preview/:node/:picture/large",
    permission: "flux.read",
    path: "/flux/preview/a/b/large",
    status: 404,
  },
  {
    route: "GET /flux/preview/:node/:picture/details",
    permission: "flux.read",
    path: "/flux/preview/a/b/details",
    status: 404,
  },
  test("runware-account"),
  test("fal-account"),
  test("flux-s3-bucket"),
];

/** The users of a Node-RED that asks who somebody is, with what each of them may do. */
export const users = {
  "looks at everything": "read",
  "looks at everything, in other words": "*.read",
  "changes everything": "write",
  "sees pictures": "flux.read",
  "cancels jobs": "flux.write",
  "keeps Runware": "runware-account.write",
  "keeps fal": "fal-account.write",
  "keeps buckets": "flux-s3-bucket.write",
  "deploys flows": "flows.write",
  owner: "*",
} as const satisfies Record<string, string>;

export type User = keyof typeof users;

/** Those who may use an endpoint; all the others may not. */
export const admitted: Readonly<Record<string, readonly User[]>> = {
  "flux.read": ["looks at everything", "looks at everything, in other words", "sees pictures", "owner"],
  "flux.write": ["changes everything", "cancels jobs", "owner"],
  "runware-account.write": ["changes everything", "keeps Runware", "owner"],
  "fal-account.write": ["changes everything", "keeps fal", "owner"],
  "flux-s3-bucket.write": ["changes everything", "keeps buckets", "owner"],
};
