/** Leaves that something else than git writes into objects of git, as tables (D24). What is not in a table is drift. */
import type { Step } from "../../model/pointer.ts";
import type { KubeObject } from "../types.ts";

/** Both sides as they came, where the leaf is in the live one, and whether objects there say who wrote what. */
export interface About { desired: KubeObject; live: KubeObject; steps: readonly Step[]; tracked: boolean }

/**
 * Who may write a leaf. `server`: the API server itself, whom managedFields never name, so nobody may claim it; `proven`: the value can be nothing else,
 * whoever wrote it (the rule checks it); else the managers, as managedFields call them, and nobody beside them.
 */
export type Writers = "server" | "proven" | { managers: readonly string[]; subresource?: string };

export interface AssignedLeaf {
  /** RFC 6901 in the live object; `*` is any step, and any member of a list. */
  path: string;
  by: Writers;
  /** Only these values, in these objects. Absent: any. */
  when?: (value: unknown, about: About) => boolean;
  /** Where it can be read that it is so. */
  source: string;
}
/** By `group/Kind`, `*` for all kinds and `group/*` for all of a group. */
export type AssignedLeaves = Readonly<Record<string, readonly AssignedLeaf[]>>;

export const CONTROLLER_MANAGER: Writers = { managers: ["kube-controller-manager"] };

/** A finalizer that its controller sets. */
export const finalizer = (name: string, by: Writers, source: string): AssignedLeaf => ({ path: "/metadata/finalizers/*", by, when: (value) => value === name, source });
/** An annotation or label. */
export const annotation = (name: string, by: Writers, source: string, when?: AssignedLeaf["when"]): AssignedLeaf => ({ path: `/metadata/annotations/${name.replaceAll("/", "~1")}`, by, source, ...(when && { when }) });
export const label = (name: string, by: Writers, source: string, when?: AssignedLeaf["when"]): AssignedLeaf => ({ path: `/metadata/labels/${name.replaceAll("/", "~1")}`, by, source, ...(when && { when }) });
