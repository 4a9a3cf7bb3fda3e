/** Where a picture comes from. */
export interface Origin {
  /** Of the prompt, which is not told itself: `sha256:` and hex digits. */
  promptHash?: string;
  /** Decimal digits: seeds go beyond the numbers of JavaScript. */
  seed?: string;
  model?: string;
  provider?: string;
  jobId: string;
  /** The picture's number in its job, from 0. */
  pictureIndex: number;
  /** When its job was sent to the service, in ms since 1970. */
  createdAt?: number;
}
