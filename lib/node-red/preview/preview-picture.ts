/** Why a picture cannot be shown; the editor has the words. */
export type PreviewProblem = "noEncoder" | "unreadable" | "tooLarge" | "notLoaded";

/** What the editor is told of a picture without being asked. */
export interface PreviewPicture {
  /** Unlike any other, also of another run of Node-RED. */
  id: string;
  /** When its message came, in ms since 1970. */
  at: number;
  width?: number;
  height?: number;
  /** The digits. */
  seed?: string;
  nsfw: boolean;
  /** Why there is no thumbnail. */
  problem?: PreviewProblem;
  /** What went wrong, where that is more than the problem says. */
  reason?: string;
}

/** What is told of one picture when somebody asks for it. */
export interface PreviewDetails {
  url?: string;
  seed?: string;
  /** `msg.job.request` as JSON. */
  request?: string;
}
