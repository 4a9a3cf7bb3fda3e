/** A place in a bucket that a picture service is to write to by itself. */
export interface DirectUpload {
  /** The id of the bucket's config node. */
  bucketNode: string;
  /** The bucket that it named when the place was chosen. */
  bucket: string;
  /** A template; only fields that the job tells are open in it. */
  key: string;
  /** Seconds that the signed address works, from the submit. */
  life: number;
}

const SCHEME = "flux-s3://";

const FORM =
  /^flux-s3:\/\/([^/?#]{1,600})\/([^/?#]{1,255})\/([^/?#]{1,8000})\?life=(\d{1,6})(?:&proof=([\w-]{1,100}))?$/;

/** Whether a value means a direct upload, well written or not. */
export const isDirectUpload = (value: unknown): boolean => typeof value === "string" && value.startsWith(SCHEME);

/**
 * A direct upload as it stands in a request until the moment of the submit: `flux-s3://<node>/<bucket>/<key>?life=3600`.
 * It holds no signature, so that it may be written down.
 * @param proof that this pack made it.
 */
export function writeDirectUpload({ bucketNode, bucket, key, life }: DirectUpload, proof?: string): string {
  const [node, name, template] = [bucketNode, bucket, key].map(encodeURIComponent);
  return `${SCHEME}${node}/${name}/${template}?life=${life}${proof === undefined ? "" : `&proof=${proof}`}`;
}

/** Reads what `writeDirectUpload` wrote; undefined of everything else. */
export function readDirectUpload(address: unknown): { upload: DirectUpload; proof?: string } | undefined {
  const parts = typeof address === "string" ? FORM.exec(address) : null;
  if (!parts) return undefined;
  const [, node = "", name = "", template = "", life = "", proof] = parts;
  try {
    const [bucketNode = "", bucket = "", key = ""] = [node, name, template].map(decodeURIComponent);
    return { upload: { bucketNode, bucket, key, life: Number(life) }, ...(proof !== undefined && { proof }) };
  } catch {
    return undefined;
  }
}
