/** What the dialog of a preview node accepts is what the runtime takes. */
export const PREVIEW_RANGES = {
  /** The last pictures that are shown. */
  count: { type: "integer", minimum: 1, maximum: 12, default: 4 },
} as const;

/** The longest side of a picture on the canvas, in its pixels. */
export const PREVIEW_SIZES = [96, 160, 240] as const;
