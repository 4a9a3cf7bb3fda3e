/** The parts of AWS's SDK that a store uses. */
export type Sdk = typeof import("@aws-sdk/client-s3") &
  Pick<typeof import("@aws-sdk/lib-storage"), "Upload"> &
  Pick<typeof import("@aws-sdk/s3-request-presigner"), "getSignedUrl">;

let loading: Promise<Sdk> | undefined;

/** Loads the SDK when the first store is used: 22 MB, and longer than all other modules together. */
export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sdk> {
  // The versions that we name work with every Node.js that we name; the notice is about later ones.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const [client, { Upload }, { getSignedUrl }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/lib-storage"),
    import("@aws-sdk/s3-request-presigner"),
  ]);
  return { ...client, Upload, getSignedUrl };
}
