/** One mutation on a real API server: made by somebody else than the applier, read back, compared, put back, compared again. */
import { claims } from "../../../src/compare/attribute.ts";
import { compareObjects } from "../../../src/compare/compare.ts";
import { revertPatch } from "../../../src/compare/patch.ts";
import type { KubeObject, Types } from "../../../src/compare/types.ts";
import { pointerOf } from "../../../src/model/pointer.ts";
import { isCustom, type Stage } from "../../support/stage.ts";
import { picked } from "../defaults/assigned.ts";
import { type Expected, expected, judge, type Manner } from "./oracle.ts";
import type { Mutation } from "./sites.ts";

/** Names that people's tools go by in managedFields. */
const MANAGERS = ["kubectl-edit", "kubectl-patch", "kubectl-set", "kubectl-client-side-apply", "helm", "Mozilla", "node-fetch"] as const;
export const managerOf = (index: number): string => MANAGERS[index % MANAGERS.length]!;

export interface Trial {
  /** `refused` by the server; `none`: the server put it back at once; `found`: what must be found was; `wrong`: something missed, something false, or not clean after the revert. */
  outcome: "refused" | "none" | "found" | "wrong";
  reworded: boolean;
  /** The server took the change and not the way back, so the object was made anew. */
  final: boolean;
  /** In words and values, for people. */
  why?: unknown;
}

export class Subject {
  readonly git: KubeObject;
  before: KubeObject;
  private readonly stage: Stage;
  private readonly types: Types;
  private constructor(stage: Stage, types: Types, git: KubeObject, before: KubeObject) {
    this.stage = stage;
    this.types = types;
    this.git = git;
    this.before = before;
  }

  static async make(stage: Stage, types: Types, git: KubeObject): Promise<Subject> { return new Subject(stage, types, git, await stage.live(git)); }

  compare(live: KubeObject) { return compareObjects(this.git, live, this.types); }
  get picked(): Set<string> { return new Set(picked(this.before, this.git)); }

  private get manner(): Manner { return { goTypes: !isCustom(this.git), typed: this.types.node(this.git.apiVersion, this.git.kind) !== undefined }; }

  private async read(): Promise<KubeObject> { return (await this.stage.plane.request("GET", (await this.stage.url(this.git))!)).body; }
  /** A request on which the server hangs up is one that it refuses: this version does so for an Indexed Job whose completions go. */
  private async patch(operations: unknown, manager: string): Promise<{ status: number; body?: { message?: string } }> {
    const url = `${await this.stage.url(this.git)}?fieldManager=${manager}`;
    return this.stage.plane.request("PATCH", url, operations, { contentType: "application/json-patch+json" }).catch((error: Error) => ({ status: 500, body: { message: error.message } }));
  }

  async try(mutation: Mutation, manager: string): Promise<Trial> {
    const answer = await this.patch(mutation.patch, manager);
    if (answer.status >= 300) return { outcome: "refused", reworded: false, final: false };
    const { before } = this;
    const after = await this.read();
    const wanted = expected({ git: this.git, before, after, mutation, picked: new Set([...this.picked, ...picked(after, this.git)]), manner: this.manner });
    const { changes } = this.compare(after);
    const { missed, surplus, reworded } = judge(wanted, changes, { before, after, isKey: (steps) => this.isKey(steps) });
    // An object that nobody ever claimed a field of stays so.
    const isTracked = ((after.metadata["managedFields"] as unknown[] | undefined) ?? []).length > 0;
    const unclaimed = wanted.filter(({ kind, pointer }) => isTracked && kind !== "removed" && pointer === pointerOf(mutation.steps) && !claims(after, pointer).some((claim) => claim.manager === manager));
    const { left, final } = await this.restore(after);
    const must = wanted.filter(({ consequence }) => !consequence);
    const outcome = missed.length + surplus.length + unclaimed.length + left.length > 0 ? "wrong" : must.length === 0 ? "none" : "found";
    return { outcome, reworded, final, ...(outcome === "wrong" && { why: { missed: withValues(missed, before, after), surplus, unclaimed, left } }) };
  }

  /** Puts the object back as the finding says, and gives what is found then; nothing, when all is well. */
  private async restore(after: KubeObject): Promise<{ left: unknown[]; final: boolean }> {
    const { changes } = this.compare(after);
    const patch = revertPatch(this.git, after, changes, this.types);
    const reverted = patch === undefined || patch.length === 0 ? undefined : await this.patch(patch, "kubectl-patch");
    if (patch === undefined || (reverted && reverted.status >= 300)) {
      // No patch for Secrets; and some changes the server takes in one direction only.
      await this.remake();
      return { left: patch === undefined || reverted?.status === 422 ? this.compare(this.before).changes : [`revert refused: ${reverted?.body?.message}`], final: true };
    }
    this.before = await this.read();
    // When everything that anybody claimed is gone, the server claims nothing for anybody any more, until the applier comes again.
    if (this.before.metadata["managedFields"] === undefined) this.before = await this.stage.live(this.git);
    return { left: this.compare(this.before).changes, final: false };
  }

  private async remake(): Promise<void> {
    const url = (await this.stage.url(this.git))!;
    await this.patch([{ op: "add", path: "/metadata/finalizers", value: [] }], "kubectl-patch");
    await this.stage.plane.request("DELETE", `${url}?gracePeriodSeconds=0&propagationPolicy=Background`);
    await this.stage.gone(url);
    this.before = await this.stage.live(this.git);
  }

  /** Whether a place is a field by which the items of its list are told apart. */
  private isKey(steps: readonly string[]): boolean {
    let node = this.types.node(this.git.apiVersion, this.git.kind);
    let keys: readonly string[] = [];
    for (const step of steps.slice(0, -1)) {
      keys = /^\d+$/.test(step) && node?.items ? (node.schema["x-kubernetes-list-map-keys"] ?? []) : [];
      node = /^\d+$/.test(step) && node?.items ? node.items : (node?.field(step) ?? node?.values);
    }
    return keys.includes(steps.at(-1)!);
  }
}

const withValues = (missed: readonly Expected[], before: KubeObject, after: KubeObject): unknown[] => missed.map((one) => ({ ...one, before: valueAt(before, one.pointer), after: valueAt(after, one.pointer) }));
const valueAt = (value: unknown, pointer: string): unknown => pointer.slice(1).split("/").reduce<unknown>((inner, step) => (inner !== null && typeof inner === "object" ? (inner as Record<string, unknown>)[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined), value);
