import { bucketAccount } from "./bucket";
import type { AccountKind } from "./kind";
import { serviceAccount } from "./service";

export const kindOf = (type: string): AccountKind => (type === "flux-s3-bucket" ? bucketAccount : serviceAccount);
