import { load } from "js-yaml";
import { compile } from "../compile/compile.ts";
import { hasErrors, type Problem } from "../model/problem.ts";
import { problemsText } from "../report/problems.ts";

/** A rendered Kubernetes object and the file of `dist/` it would be. */
export interface RenderedObject { path: string; apiVersion: string; kind: string; metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> }; [field: string]: unknown }

/** What one tenant's definitions give. */
export interface RenderedTenant {
  tenant: string;
  /** Every file of the tenant, sorted by path, as it would stand below `dist/`. */
  files: { path: string; text: string }[];
  /** The Kubernetes objects among them. */
  objects: RenderedObject[];
  /** Warnings. */
  problems: Problem[];
  /** The other tenants of the fleet. */
  others: string[];
  /** One text for a snapshot: every file with its path, in order. */
  snapshot(): string;
  /** Objects of one kind, by one name if given. */
  find(kind: string, name?: string): RenderedObject[];
}

export interface RenderOptions {
  /** Folder of the project; default the current one. */
  root?: string;
  tenant: string;
  /** Day for expiry, `YYYY-MM-DD`. A test that leaves it out is one that can fail tomorrow: it must be given. */
  asOf: string;
}

/**
 * Renders one tenant in memory. Writes nothing and does not look at `dist/`.
 * Throws an Error with the messages that `bulkhead check` would print when the fleet does not compile, and one when there is no such tenant.
 */
export async function renderTenant({ root = process.cwd(), tenant, asOf }: RenderOptions): Promise<RenderedTenant> {
  const { files, problems, tenants } = await compile({ root, asOf, tenants: [tenant] });
  if (hasErrors(problems)) throw new Error(problemsText(problems, root, false));
  if (!tenants.some((t) => t.id === tenant)) throw new Error(`there is no tenant "${tenant}"; tenants: ${tenants.map((t) => t.id).join(", ")}`);
  const objects = files.filter((f) => f.path.endsWith(".yaml")).map(({ path, text }): RenderedObject => ({ path, ...(load(text) as Omit<RenderedObject, "path">) }) as RenderedObject);
  return {
    tenant, files, objects, problems, others: tenants.map((t) => t.id).filter((id) => id !== tenant),
    snapshot: () => files.map(({ path, text }) => `=== ${path}\n${text}`).join("\n"),
    find: (kind, name) => objects.filter((o) => o.kind === kind && (name === undefined || o.metadata.name === name)),
  };
}
