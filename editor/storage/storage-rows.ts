/** The settings of a storage node: those that are always in sight, and the others by section. */
export interface StorageRows {
  first: readonly HTMLElement[];
  sections: readonly { group: string; rows: readonly HTMLElement[] }[];
  /** Brings what depends on other settings up to date. */
  refresh(): void;
}
