import type { ImportedColumn, ImportedProduct } from "./odcs.ts";

/** TypeScript text of a product definition; loads as it is, and a person goes on from there. */
export function productText(product: ImportedProduct, owner: { team: string; email: string }): string {
  const out: string[] = ['import { defineProduct } from "bulkhead";', "", "export default defineProduct({"];
  out.push(`  description: ${quote(product.description)},`, `  owner: { team: ${quote(owner.team)}, email: ${quote(owner.email)} },`);
  if (product.tables.length > 0) {
    out.push("  tables: {");
    for (const table of product.tables) {
      out.push(`    ${table.name}: {`, `      store: "postgres", key: [${table.key.map(quote).join(", ")}],`);
      if (table.description) out.push(`      description: ${quote(table.description)},`);
      out.push("      columns: {", ...table.columns.map((c) => `        ${c.name}: ${column(c)},`), "      },", "    },");
    }
    out.push("  },");
  }
  if (product.records.length > 0) {
    out.push("  records: {");
    for (const record of product.records) out.push(`    ${record.name}: {`, "      fields: {", ...record.fields.map((f) => `        ${f.name}: ${column(f)},`), "      },", "    },");
    out.push("  },");
  }
  if (product.notNull.length > 0) out.push("  quality: [", ...product.notNull.map((c) => `    { check: "not-null", column: ${quote(c)}, severity: "blocking" },`), "  ],");
  if (product.freshness) out.push(`  sla: { freshness: ${quote(product.freshness)} },`);
  out.push("});", "");
  return out.join("\n");
}

const quote = (text: string): string => JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

function column({ type, nullable, classification, category, description }: ImportedColumn): string {
  const parts = [`type: ${quote(type)}`, ...(nullable ? ["nullable: true"] : []), `classification: ${quote(classification)}`];
  if (category) parts.push(`category: ${quote(category)}`);
  if (classification === "restricted") parts.push("principals: []");
  if (description) parts.push(`description: ${quote(description)}`);
  return `{ ${parts.join(", ")} }`;
}
