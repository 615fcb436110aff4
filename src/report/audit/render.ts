import type { AuditReport } from "../../model/finding.ts";
import { auditHtml } from "./html.ts";
import { auditJson } from "./json.ts";
import { auditJunit } from "./junit.ts";
import { auditMarkdown } from "./markdown.ts";
import { safeReport } from "./safe.ts";
import { auditSarif } from "./sarif.ts";
import { auditText } from "./text.ts";

export type AuditFormat = "text" | "json" | "markdown" | "sarif" | "junit" | "html";

export interface RenderOptions {
  /** Bulkhead's version. */
  version: string;
  /** Text only. */
  color?: boolean;
  /** Folder of the project as seen from the repository, ends with a slash; SARIF only. */
  prefix?: string;
  /** File under which SARIF shows what nobody declared; by default the tenant's or the platform's definition. */
  place?: (tenant: string | undefined) => string;
  /** Most characters of Markdown; by default what GitHub takes. */
  limit?: number;
}

const definition = (tenant: string | undefined): string => (tenant === undefined ? "tenants/platform.ts" : `tenants/${tenant}/tenant.ts`);

/** A report in a format, whole and with its last line ended. What looks like a secret is masked, whoever made the report. */
export function renderAudit(report: AuditReport, format: AuditFormat, { version, color = false, prefix = "", place = definition, limit }: RenderOptions): string {
  const safe = safeReport(report);
  switch (format) {
    case "text": return auditText(safe, color);
    case "json": return auditJson(safe);
    case "markdown": return auditMarkdown(safe, limit);
    case "sarif": return auditSarif(safe, { version, prefix, place });
    case "junit": return auditJunit(safe);
    case "html": return auditHtml(safe);
  }
}
