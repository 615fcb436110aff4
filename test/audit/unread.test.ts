/** What a platform knows that its auditor cannot read. */
import { expect, test } from "vitest";
import { withUnread } from "../../src/audit/unread.ts";
import type { Coverage } from "../../src/model/finding.ts";

const line = (more: Partial<Coverage> = {}): Coverage => ({ plane: "s3", store: "lake", what: "user", state: "unknown", objects: 0, reason: "no right", ...more });
const RULE = { plane: "s3" as const, store: "lake", what: "user", reason: "Ceph has none", owner: "sre", expires: "2026-12-01" };
const judge = (one: Coverage, asOf = "2026-11-24") => { const { coverage: [only], notices } = withUnread([one], [RULE], asOf); return [only!.state, only!.reason, ...notices]; };

test.each<[string, unknown[], unknown[]]>([
  ["is not read on purpose, with both reasons", judge(line()), ["excluded", "no right; known to sre until 2026-12-01: Ceph has none"]],
  ["to the last day", judge(line(), "2026-12-01").slice(0, 1), ["excluded"]],
  ["and is unknown again after it", judge(line(), "2026-12-02"), ["unknown", "no right", "s3 lake user: the rule of sre that it cannot be read ended on 2026-12-01"]],
  ["of another store it is unknown", judge(line({ store: "other" })), ["unknown", "no right"]],
  ["of another kind it is unknown", judge(line({ what: "policy" })), ["unknown", "no right"]],
  ["a store that is down is unknown whatever rules say of its kinds", judge(line({ what: "everything" })), ["unknown", "no right"]],
  ["what was read stays read, and the rule is said to be of no use", judge(line({ state: "read", reason: undefined } as never)), ["read", undefined, "s3 lake user was read: the rule of sre that it cannot be is of no use"]],
])("%s", (_, actual, expected) => { expect(actual).toEqual(expected); });
