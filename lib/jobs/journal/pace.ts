/** Times (ms) and sizes (bytes) by which the journal works. */
export interface Pace {
  /** Between two beats of an owner's heart. */
  readonly beat: number;
  /** How long another owner's heart is watched before it counts as still. */
  readonly patience: number;
  /** After so long without a beat a process may have lost its folder, and looks before it writes. */
  readonly doubt: number;
  /** After so long without a write what is no longer needed is looked for. */
  readonly idle: number;
  /** At the cap: how long between two attempts to make room. */
  readonly again: number;
  /** So much is written in lines before it is looked whether half of them may go. */
  readonly lines: number;
  /** The same for files beside the journal. */
  readonly outside: number;
}

export const usualPace: Pace = {
  beat: 1000,
  patience: 4000,
  doubt: 3000,
  idle: 30_000,
  again: 1000,
  lines: 4 * 2 ** 20,
  outside: 64 * 2 ** 20,
};
