/** An audit as JSON: the value itself, by docs/schemas/audit-report-1.json. */
import type { AuditReport } from "../../model/finding.ts";
import { printableJson } from "../../model/printable.ts";

/** The report, which must be safe already. Characters that steer terminals stand as escapes: the value is the same. */
export const auditJson = (report: AuditReport): string => `${printableJson(JSON.stringify(report, undefined, 2))}\n`;
