/** The shape of a report file. docs/schemas/audit-report-1.json is made of it. */
import { z } from "zod";
import { type AuditReport, IMPACTS, PLANES } from "../../model/finding.ts";

const time = z.iso.datetime({ offset: true });
const number = z.number().int().nonnegative();
const strings = z.array(z.string());

const source = z.object({ file: z.string().min(1), path: z.string(), line: z.number().int().positive().optional(), column: z.number().int().positive().optional() });
const object = z.object({ plane: z.enum(PLANES), store: z.string().optional(), apiVersion: z.string().optional(), kind: z.string(), namespace: z.string().optional(), name: z.string() });
const claim = z.object({ manager: z.string(), operation: z.string(), subresource: z.string().optional(), time: z.string().optional(), confidence: z.enum(["exact", "above", "approximate"]) });
const change = z.object({
  pointer: z.string(), kind: z.enum(["added", "removed", "changed", "order"]), desired: z.unknown().optional(), live: z.unknown().optional(),
  claimedBy: z.array(claim).optional(), note: z.string().optional(), source: source.optional(),
});
const operation = z.object({ op: z.enum(["add", "remove", "replace", "test", "move", "copy"]), path: z.string(), value: z.unknown().optional(), from: z.string().optional() });
const revert = z.object({ patch: z.array(operation).optional(), commands: strings, breakGlass: z.boolean().optional(), note: z.string().optional() });

const finding = z.object({
  id: z.string().min(1), object, tenant: z.string().optional(), status: z.enum(["changed", "missing", "unmanaged", "deleting", "gone-version", "unapplied"]), impact: z.enum(IMPACTS),
  changes: z.array(change), owner: z.string().optional(), source: source.optional(), file: z.string().min(1).optional(), claimedBy: z.array(claim).optional(), revert,
  confidence: z.enum(["typed", "untyped"]), note: z.string().optional(), firstSeen: time, age: z.enum(["new", "open", "reopened"]),
});

const rule = z.object({
  kind: z.string(), namespace: z.string().optional(), name: z.string().optional(), path: z.string().optional(), manager: z.string().optional(), subresource: z.string().optional(),
  reason: z.string(), owner: z.string(), expires: z.string(),
});
const listed = z.object({ rule, index: number });

/** A report of version 1. Fields may be added under the same version: unknown ones are let be. */
export const reportSchema: z.ZodType<AuditReport> = z.object({
  version: z.literal(1),
  cluster: z.string(),
  desired: z.object({ from: z.string(), commit: z.string().optional(), committed: z.string().optional(), behind: number.optional() }),
  live: z.object({ from: z.string(), version: z.string().optional(), taken: z.string().optional() }),
  started: time,
  ended: time,
  scope: z.object({ tenants: strings.optional(), planes: z.array(z.enum(PLANES)).optional(), shard: z.object({ index: number, of: z.number().int().positive() }).optional() }),
  findings: z.array(finding),
  pending: z.array(z.object({ object, tenant: z.string().optional(), since: z.string().optional(), appliedRevision: z.string(), note: z.string() })),
  allowed: z.object({ used: z.array(z.object({ rule, index: number, object: object.optional(), pointer: z.string().optional(), claimedBy: z.array(claim).optional() })), expired: z.array(listed), unmatched: z.array(listed) }),
  coverage: z.array(z.object({ plane: z.enum(PLANES), store: z.string().optional(), what: z.string(), state: z.enum(["read", "unknown", "excluded"]), objects: number, reason: z.string().optional(), tenants: strings.optional() })),
  verdicts: z.array(z.object({ plane: z.enum(PLANES), tenant: z.string().optional(), verdict: z.enum(["clean", "drifted", "unknown"]), findings: number, coverage: z.number().min(0).max(100) })),
  resolved: z.array(z.object({ id: z.string(), object, tenant: z.string().optional(), firstSeen: time })),
  notices: strings,
});
