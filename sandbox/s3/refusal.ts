/** S3's codes, each with its HTTP status and what is said where nothing more is known. */
const codes = {
  AccessDenied: [403, "Access Denied"],
  AuthorizationHeaderMalformed: [400, "The Authorization header cannot be read."],
  AuthorizationQueryParametersError: [400, "The signature's parameters in the address cannot be read."],
  BadDigest: [400, "The content does not have the checksum that came with it."],
  BucketNotEmpty: [409, "The bucket still holds objects."],
  EntityTooLarge: [400, "The content is larger than one request may bring."],
  EntityTooSmall: [400, "A part other than the last is smaller than 5 MiB."],
  ExpiredToken: [400, "The session token has expired."],
  GatewayTimeout: [504, "The store did not answer in time."],
  IncompleteBody: [400, "The content is not as long as its headers said."],
  InsufficientStorage: [507, "The store is full."],
  InternalError: [500, "Something went wrong in the store. Please try again."],
  InvalidAccessKeyId: [403, "There is no such access key id."],
  InvalidArgument: [400, "An argument has a value that is not possible."],
  InvalidBucketName: [400, "A bucket cannot have this name."],
  InvalidChunkSizeError: [403, "Only the last chunk may have less than 8192 bytes."],
  InvalidDigest: [400, "The Content-MD5 is not one."],
  InvalidEncryptionAlgorithmError: [400, "There is no such encryption."],
  InvalidPart: [400, "A part is not there, or not the one that was named."],
  InvalidPartOrder: [400, "The parts are not named in ascending order."],
  InvalidRange: [416, "The object does not reach that far."],
  InvalidRequest: [400, "The request contradicts itself."],
  InvalidStorageClass: [400, "There is no such storage class."],
  InvalidTag: [400, "A tag is too long, comes twice, or is one too many."],
  InvalidToken: [400, "The session token is not the right one."],
  InvalidURI: [400, "The address cannot be read."],
  KeyTooLongError: [400, "A key has at most 1024 bytes."],
  MalformedTrailerError: [400, "The content does not end with the trailer that was announced."],
  MalformedXML: [400, "The content is not the XML that was to be expected."],
  MetadataTooLarge: [400, "The metadata has more than 2 KiB."],
  MethodNotAllowed: [405, "This method is not for this address."],
  MissingContentLength: [411, "The request does not say how long its content is."],
  MissingSecurityHeader: [400, "The header x-amz-content-sha256 is missing."],
  NoSuchBucket: [404, "There is no such bucket."],
  NoSuchKey: [404, "There is no object of that name."],
  NoSuchUpload: [404, "There is no such upload; it was completed or aborted."],
  NotImplemented: [501, "This store cannot do that."],
  NotModified: [304, ""],
  PreconditionFailed: [412, "A condition of the request is not met."],
  QuotaExceeded: [403, "The quota is used up."],
  RequestTimeTooSkewed: [403, "The request's time and the store's differ by more than 15 minutes."],
  SignatureDoesNotMatch: [403, "The signature is not the one of this request. Check the key and how it was signed."],
  SlowDown: [503, "Please reduce your request rate."],
  TooManyRequests: [429, "Please reduce your request rate."],
  Unauthorized: [401, "Who asks is not known."],
  XAmzContentSHA256Mismatch: [400, "The content does not have the SHA-256 that was signed."],
} as const satisfies Record<string, readonly [number, string]>;

export type S3Code = keyof typeof codes;

/** Ends the work on a request with an error in S3's words. */
export class S3Refusal extends Error {
  readonly code: S3Code;
  readonly status: number;
  /** More elements of the answer. */
  readonly details: Readonly<Record<string, string>>;

  constructor(code: S3Code, message: string = codes[code][1], details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = codes[code][0];
    this.details = details;
  }
}
