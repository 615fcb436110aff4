/** Source: pkg/apis/networking/v1/defaults.go, pkg/apis/discovery/v1/defaults.go. */
import { each, fill, field, isZero, type Rule, rules, set } from "./rule.ts";

const ports = each("ports", fill({ protocol: "TCP" }));

/** A policy that does not say which directions it is about is about ingress, and about egress when it has rules for it. */
const policyTypes: Rule = (spec) => (isZero(spec["policyTypes"]) ? set(spec, "policyTypes", isZero(spec["egress"]) ? ["Ingress"] : ["Ingress", "Egress"]) : spec);

export const networkPolicy: Rule = field("spec", rules(each("ingress", ports), each("egress", ports), policyTypes));

export const ingressClass: Rule = field("spec", field("parameters", fill({ scope: "Cluster" })));

export const endpointSlice: Rule = each("ports", fill({ name: "", protocol: "TCP" }));
