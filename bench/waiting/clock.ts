/** Ms since 1970, with fractions: the same in all processes of a machine, as long as nobody sets its clock. */
export const wallClock = (): number => performance.timeOrigin + performance.now();
