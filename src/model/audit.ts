/** What the auditor in the cluster and those who watch it have to agree on. */

/** Seconds without a completed audit after which it counts as dead: the dead-man alert's limit, and so the bound of a schedule. */
export const AUDIT_SILENCE = 5400;

/** Seconds that the merge has for itself after the last shard's deadline. */
export const MERGE_SECONDS = 300;
