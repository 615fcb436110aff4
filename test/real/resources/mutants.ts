/**
 * A policy without one of its defences, in force in a namespace of its own beside the real ones: the case that the
 * defence refuses must get through there. All are installed at once, so the whole table costs one propagation.
 */
import { binding, type PolicyManifest } from "../../../src/layers/resources/admission/policy.ts";
import { TENANT_LABEL } from "../../../src/model/names.ts";
import { BREAK_GLASS, must, type Plane } from "./plane.ts";

export const MUTANT = "test/mutant";
export interface Mutant { name: string; policy: PolicyManifest }

/** The real bindings, kept away from the namespaces of mutants. */
export function realBinding(policy: string, by: "namespaceSelector" | "objectSelector" = "namespaceSelector") {
  const manifest = binding(policy);
  const selector = { matchExpressions: [{ key: MUTANT, operator: "DoesNotExist" }] };
  return { ...manifest, spec: { ...(manifest.spec as object), matchResources: { [by]: selector } } };
}

/** Puts a mutant into force for objects (or in namespaces) labelled with its name. */
export async function install(plane: Plane, { name, policy }: Mutant, by: "namespaceSelector" | "objectSelector" = "namespaceSelector"): Promise<void> {
  await must(plane, { ...policy, metadata: { name } });
  const manifest = binding(name);
  await must(plane, { ...manifest, spec: { ...(manifest.spec as object), matchResources: { [by]: { matchLabels: { [MUTANT]: name } } } } });
}

/** The namespace of a tenant that lives under one mutant. */
export const mutantNamespace = (plane: Plane, tenant: string, mutant: string): Promise<void> =>
  must(plane, { apiVersion: "v1", kind: "Namespace", metadata: { name: `tenant-${tenant}`, labels: { [TENANT_LABEL]: tenant, [MUTANT]: mutant } } }, BREAK_GLASS);

/** The policy with one variable's expression replaced. */
export function withVariable(policy: PolicyManifest, name: string, change: (expression: string) => string): PolicyManifest {
  let found = false;
  const variables = (policy.spec.variables ?? []).map((variable) => {
    if (variable.name !== name) return variable;
    const expression = change(variable.expression);
    found = expression !== variable.expression;
    return { name, expression };
  });
  if (!found) throw new Error(`${policy.metadata.name} has no variable ${name} that this mutation changes`);
  return { ...policy, spec: { ...policy.spec, variables } };
}
