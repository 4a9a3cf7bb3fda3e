/** A time (ms since 1970) as this machine's clock shows it: "14:05". */
export const clockTime = (time: number): string => new Date(time).toTimeString().slice(0, 5);
