/** Whole objects that a person adds to a tenant's namespace, or takes out of it, through the API server, and what an audit of the whole cluster says of each. */
import { vi } from "vitest";
import { auditKubernetes } from "../../../src/audit/kubernetes/audit.ts";
import { openCluster } from "../../../src/audit/live/cluster.ts";
import { notRead } from "../../../src/model/auditor.ts";
import type { KubeObject, Types } from "../../../src/compare/types.ts";
import { groupOf, kindName } from "../../../src/model/kinds.ts";
import { git } from "../../audit/sides.ts";
import { random, shuffled } from "../../support/random.ts";
import type { Stage } from "../../support/stage.ts";
import { managerOf } from "./trial.ts";

/** What controllers make of others: while an object is unknown, or gone, so are its children. */
const CHILDREN = /^unmanaged (Pod|ReplicaSet[.]apps|ControllerRevision[.]apps|Job[.]batch|PersistentVolumeClaim|EndpointSlice[.]discovery[.]k8s[.]io) /;
/** Kinds whose children go before them. */
const hasChildren = ({ apiVersion, kind }: KubeObject): boolean => ["apps", "batch"].includes(groupOf(apiVersion)) || kind === "ReplicationController";
/** How long controllers may take until nothing changes any more. */
const PATIENCE_MS = 30_000;
/** Kinds tried together: what each gives is known, and one audit reads them all. */
const AT_ONCE = 6;

/** `kinds`: of each an object came, and one went. */
export interface Tried { kinds: number; /** Kinds of which the server takes no second one. */ refused: string[]; wrong: string[] }

export class Objects {
  private readonly stage: Stage;
  private readonly types: Types;
  private readonly tenant: string;
  /** What git holds: one object a kind, and what they need. */
  private readonly held: KubeObject[];

  private constructor(stage: Stage, types: Types, tenant: string, held: KubeObject[]) { [this.stage, this.types, this.tenant, this.held] = [stage, types, tenant, held]; }

  /** Of each kind the first sample, in an order that the seed gives, of which there can be a second one; the namespaces are those of the samples. */
  static async try(stage: Stage, types: Types, samples: readonly KubeObject[], { namespace, seed, wanted }: { namespace: string; seed: number; wanted: number }): Promise<Tried> {
    const spaces = [namespace, `${namespace}-bounds`];
    const needed = spaces.flatMap((name): KubeObject[] => [{ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sample-minimal", namespace: name } }]);
    const trials = new Objects(stage, types, namespace, needed);
    const tried: Tried = { kinds: 0, refused: [], wrong: [] };
    const ofKind = Map.groupBy(shuffled(random(seed), samples.filter(({ apiVersion, kind }) => notRead(groupOf(apiVersion), kind) === undefined)), kindName);
    const chosen: { sample: KubeObject; copy: KubeObject }[] = [];
    for (const [what, list] of ofKind) {
      if (!(await stage.url(list[0]!))?.includes("/namespaces/")) continue;
      if (chosen.length === wanted) break;
      const pair = await trials.pair(list, `drift-${chosen.length}`);
      if (pair === undefined) tried.refused.push(what);
      else chosen.push(pair);
    }
    for (const { sample } of chosen) {
      trials.held.push(...(needed.some((one) => one.kind === sample.kind && one.metadata.name === sample.metadata.name) ? [] : [sample]));
      await stage.live(sample);
    }
    const clean = await trials.settled([]);
    if (clean !== undefined) tried.wrong.push(`untouched: ${clean}`);
    for (let at = 0; at < chosen.length && tried.wrong.length === 0; at += AT_ONCE) {
      const some = chosen.slice(at, at + AT_ONCE);
      tried.wrong.push(...(await trials.trial(some, managerOf(at))));
      tried.kinds += some.length;
    }
    const last = await trials.settled([]);
    if (last !== undefined) tried.wrong.push(`after all was put back: ${last}`);
    return tried;
  }

  /** A sample, and another like it under a name of its own that the server would take. */
  private async pair(list: readonly KubeObject[], name: string): Promise<{ sample: KubeObject; copy: KubeObject } | undefined> {
    for (const sample of list) {
      const copy = { ...sample, metadata: { ...sample.metadata, name } };
      const [first, second] = [await this.stage.apply(sample, { dryRun: true }), await this.create(copy, "kubectl-create", true)];
      if (first.status < 300 && second.status < 300) return { sample, copy };
    }
    return undefined;
  }

  /** A few objects go, and as many come that git does not have; then those come back, and these go. The next trial sees that nothing is left. */
  private async trial(pairs: readonly { sample: KubeObject; copy: KubeObject }[], manager: string): Promise<string[]> {
    const claims: string[] = [];
    for (const { copy } of pairs) {
      const { status, body } = await this.create(copy, manager);
      if (status !== 201) return [`${said(copy)} by ${manager}: ${body?.message}`];
      // Of an object in which nothing is said nobody claims anything.
      if (((body?.metadata?.managedFields as unknown[] | undefined) ?? []).length > 0) claims.push(`unmanaged ${said(copy)} ${manager}`);
    }
    await Promise.all(pairs.map(({ sample }) => this.remove(sample)));
    const wrong = await this.settled(pairs.flatMap(({ sample, copy }) => [`missing ${said(sample)}`, `unmanaged ${said(copy)}`]), pairs.flatMap(({ sample, copy }) => [sample.metadata.name, copy.metadata.name]), claims);
    for (const { sample } of pairs) await this.stage.live(sample);
    await Promise.all(pairs.map(({ copy }) => this.remove(copy)));
    return wrong === undefined ? [] : [`by ${manager}: ${wrong}`];
  }

  private async create(object: KubeObject, manager: string, dryRun = false) {
    const url = (await this.stage.url(object))!;
    return this.stage.plane.request("POST", `${url.slice(0, url.lastIndexOf("/"))}?fieldManager=${manager}${dryRun ? "&dryRun=All" : ""}`, object);
  }

  private async remove(object: KubeObject): Promise<void> {
    const url = (await this.stage.url(object))!;
    const { plane } = this.stage;
    const removing = async (path: string, propagation: string): Promise<void> => {
      // Finalizers are their controllers' to take, and no operator runs here.
      await plane.request("PATCH", path, [{ op: "add", path: "/metadata/finalizers", value: [] }], { contentType: "application/json-patch+json" });
      await plane.request("DELETE", `${path}?gracePeriodSeconds=0&propagationPolicy=${propagation}`);
      await this.stage.gone(path);
    };
    await removing(url, hasChildren(object) ? "Foreground" : "Background");
    if (object.kind !== "StatefulSet") return;
    // Claims of a set outlive it.
    const claims = `/api/v1/namespaces/${object.metadata.namespace}/persistentvolumeclaims`;
    for (const { metadata: { name } } of (await plane.request("GET", claims)).body.items as KubeObject[]) if (new RegExp(`-${object.metadata.name}-[0-9]+$`).test(name)) await removing(`${claims}/${name}`, "Background");
  }

  /** Waits until an audit says exactly this, children of the objects in question aside, and names who must be named; else what is too much or too little. */
  private async settled(expected: readonly string[], about: readonly string[] = [], claims: readonly string[] = []): Promise<string | undefined> {
    return vi.waitFor(async () => {
      const { lines, unknown, claimed } = await this.audit();
      const own = lines.filter((line) => !(CHILDREN.test(line) && about.some((name) => line.includes(`${name}-`))));
      const [missed, surplus, unnamed] = [expected.filter((line) => !own.includes(line)), own.filter((line) => !expected.includes(line)), claims.filter((line) => !claimed.includes(line))];
      if (unknown.length + missed.length + surplus.length + unnamed.length > 0 || own.length !== expected.length) throw new Error(JSON.stringify({ missed, surplus, unknown, unnamed }));
    }, { timeout: PATIENCE_MS, interval: 50 }).then(() => undefined, (error: Error) => error.message);
  }

  private async audit(): Promise<{ lines: string[]; unknown: string[]; claimed: string[] }> {
    const live = await openCluster({ kubeconfig: this.stage.plane.data.kubeconfig });
    try {
      const desired = git(this.held.map((one) => ({ ...one, tenant: this.tenant })));
      const { findings, coverage } = await auditKubernetes({ cluster: "real", desired, live, types: this.types, inScope: () => true });
      const lineOf = ({ status, object: { apiVersion = "v1", kind, namespace, name } }: (typeof findings)[number]): string => `${status} ${said({ apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } })}`;
      return {
        lines: findings.map((one) => `${lineOf(one)}${one.status === "changed" ? ` ${JSON.stringify(one.changes)}` : ""}`).sort(), unknown: coverage.filter(({ state }) => state === "unknown").map(({ what, reason }) => `${what}: ${reason}`),
        claimed: findings.flatMap((one) => (one.claimedBy ?? []).map(({ manager }) => `${lineOf(one)} ${manager}`)),
      };
    } finally { await live.close(); }
  }
}

const said = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string => `${kindName({ apiVersion, kind })} ${namespace ?? "-"}/${name}`;
