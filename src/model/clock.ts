/** Milliseconds in which a file could change twice and look the same: the clock of file systems ticks coarsely. */
export const TICK = 20;
