/** Finds which properties set the places of one rendered file: each is changed in turn, its layer rendered again, and the results compared. */
import { ApiObject, App, Chart } from "cdk8s";
import { placesOf, reached } from "../explain/effects.ts";
import { type Input, platformInputs, sharedInputs, tenantInputs } from "../explain/inputs.ts";
import type { Cause, Traced } from "../explain/cause.ts";
import type { World } from "../explain/world.ts";
import { placementOf, type Placement, type TextFile } from "../layers/layer.ts";
import { layers } from "../layers/index.ts";
import type { Extension } from "../load/definitions.ts";
import type { Patch } from "../model/fleet.ts";
import { TENANT_LABEL } from "../model/names.ts";
import { resolvePlatform } from "../model/resolve/platform.ts";
import { type ResolveContext, resolveTenant } from "../model/resolve/tenant.ts";
import { annotate, applyPatches, type KubernetesObject } from "../render/file.ts";
import { objectPath, textPath } from "../render/path.ts";
import { withoutClock } from "../sandbox/globals.ts";
import { runningAt } from "../sandbox/stack.ts";
import { hasErrors } from "../model/problem.ts";
import { sharedTablesOf, uniqueTables } from "./fleet.ts";
import { extensionChart, renderPlatformLayers, renderTenantLayers } from "./layers.ts";

export interface TraceTarget { /** Below dist/. */ path: string; cluster: string; tenant?: string; layer: string }
/** A rendered file; its content is made when it is asked for, because one of many is. */
interface Item { path: string; stem: string; kind: string; placement: Omit<Placement, "area" | "wave">; created?: Origin["created"]; content(): { value: unknown; /** before patches */ raw: unknown; /** before anything that Bulkhead says on it */ made: unknown } }
type Context = Omit<ResolveContext, "platform">;
interface Run { items: Item[]; patches: Patch[] }

/** Traces one file. `extensions` are those of the target's tenant. Undefined when the definitions do not render it. */
export function trace(world: World, target: TraceTarget, context: Context, extensions: Extension[]): Traced | undefined {
  const base = render(world, target, context, extensions);
  const item = base?.items.find((i) => i.path === target.path);
  if (!base || !item) return undefined;
  const { value: content, raw, made } = item.content();
  const tenant = world.tenants.find((t) => t.id === target.tenant);
  const inputs = tenant ? tenantInputs(world, tenant) : [...platformInputs(world), ...sharedInputs(world)];
  const causes: Cause[] = [];
  const existence: Traced["existence"] = [];
  for (const input of inputs) {
    const { places, gone } = effect(world, base, item, content, input, target, context, extensions);
    if (gone) existence.push({ kind: input.kind, source: input.source, value: input.value });
    if (places.size > 0) causes.push({ kind: input.kind, source: input.source, value: input.value, places: [...places] });
  }
  causes.push(...patchCauses(base.patches, content, raw));
  const places = placesOf(content);
  return {
    path: item.path, layer: item.placement.layer, source: item.placement.source, object: typeof content === "string" ? undefined : (content as KubernetesObject),
    places: places.map(({ key, pointer, line, value }) => ({ key, pointer, ...(line !== undefined && { line }), value })), causes, existence,
    ...(item.created && { created: item.created, brought: placesOf(made).map(({ key }) => key) }),
    tried: inputs.length,
  };
}

function effect(world: World, base: Run, item: Item, content: unknown, input: Input, target: TraceTarget, context: Context, extensions: Extension[]): { places: Set<string>; gone: boolean } {
  let gone = false;
  const places = new Set<string>();
  for (const edit of input.edits) {
    const changed = edit(world);
    const run = changed && render(changed, target, context, extensions);
    if (!run) continue;
    const other = counterpart(base, run, item);
    // An object that is gone says nothing about its leaves: this is a cause of its being there.
    if (other) {
      const now = other.content().value;
      for (const key of withoutClock(() => reached(content, now))) places.add(key);
    } else gone = true;
    if (!input.every) break;
  }
  return { places, gone };
}

/** What became of an item: the same path, else the same stem without hash, else the same kind at the same place in the order. */
function counterpart(base: Run, run: Run, item: Item): Item | undefined {
  const same = run.items.find((i) => i.path === item.path) ?? run.items.find((i) => i.stem === item.stem && i.kind === item.kind);
  if (same) return same;
  const [old, now] = [base, run].map((r) => r.items.filter((i) => i.kind === item.kind)) as [Item[], Item[]];
  return old.length === now.length ? now[old.indexOf(item)] : undefined;
}

/** A patch's operation set a place when the place is other without it, or when its path says so. */
function patchCauses(patches: readonly Patch[], content: unknown, before: unknown): Cause[] {
  if (typeof content === "string") return [];
  const raw = before as KubernetesObject;
  return patches.flatMap((patch) => patch.ops.flatMap((op, n): Cause[] => {
    const { applied } = applyPatches(raw, [patch]);
    if (applied.length === 0 || op.op === "test") return [];
    const ops = patch.ops.filter((_, i) => i !== n);
    const { manifest, problems } = applyPatches(raw, patches.flatMap((p) => (p === patch ? (ops.length > 0 ? [{ ...p, ops }] : []) : [p])));
    const differs = problems.length === 0 ? withoutClock(() => reached(content, manifest)) : [];
    const named = op.op === "remove" ? [] : placesOf(content).filter(({ pointer }) => pointer === op.path || pointer.startsWith(`${op.path}/`)).map(({ key }) => key);
    const places = [...new Set([...differs, ...named])];
    return places.length === 0 ? [] : [{ kind: "patch", source: { file: patch.source.file, path: `${patch.source.path}.ops[${n}]` }, value: op.value, places, reason: patch.reason }];
  }));
}

/** Renders the target's layer only; undefined when the definitions are refused. */
function render(world: World, target: TraceTarget, context: Context, extensions: Extension[]): Run | undefined {
  const resolved = resolvePlatform(world.platform.spec, world.platform.file);
  if (hasErrors(resolved.problems)) return undefined;
  const { platform } = resolved;
  // A renamed cluster is the same one.
  const cluster = platform.clusters[target.cluster] ? target.cluster : `${target.cluster}x`;
  const app = new App();
  const chart = new Chart(app, "trace", { disableResourceNameHashes: true });
  const texts: TextFile[] = [];
  const output = { chart, file: (file: TextFile) => { texts.push(file); } };
  const chosen = layers.filter((layer) => layer.name === target.layer || target.path.endsWith("/prerequisites.json"));
  const tenants = [];
  try {
    for (const loaded of world.tenants) {
      const { tenant, problems } = resolveTenant(loaded, { ...context, platform });
      if (hasErrors(problems)) return undefined;
      tenants.push(tenant);
    }
    const [tenant] = tenants;
    if (target.tenant === undefined) {
      renderPlatformLayers(chosen, platform, cluster, uniqueTables(tenants.flatMap(sharedTablesOf)), output);
      return { items: items(app, texts, cluster, undefined, platform.onCall.team, platform.patches, new Map()), patches: platform.patches };
    }
    if (!tenant || !tenant.clusters.includes(cluster)) return undefined;
    renderTenantLayers(chosen, { platform, tenant, cluster }, output);
    const extended = target.layer === "extension" ? extend(app, tenant.id, extensions) : new Map<ApiObject, Origin>();
    return { items: items(app, texts, cluster, tenant.id, tenant.owner.team, tenant.patches, extended), patches: tenant.patches };
  } catch {
    // A value that no layer can render is no answer; another is tried.
    return undefined;
  }
}

interface Origin { extension: Extension; created: { file: string; line: number; column: number }[] }

/** Runs the extensions and remembers where in the project each construct was made. */
function extend(app: App, tenant: string, extensions: Extension[]): Map<ApiObject, Origin> {
  const extended = new Map<ApiObject, Origin>();
  for (const extension of extensions) {
    const chart = extensionChart(app, extension, tenant);
    const stacks = new Map<unknown, Origin["created"]>();
    const node = chart.node as unknown as { addChild(child: unknown, id: string): void };
    const add = node.addChild.bind(node);
    // Defined, not assigned: what nodes inherit is frozen.
    Object.defineProperty(node, "addChild", { value: (child: unknown, id: string): void => { stacks.set(child, runningAt().map(({ file, line, column }) => ({ file, line: line!, column: column! }))); add(child, id); } });
    extension.extend(chart as never);
    for (const child of chart.node.children) for (const inner of child.node.findAll()) if (inner instanceof ApiObject) extended.set(inner, { extension, created: stacks.get(child) ?? [] });
  }
  return extended;
}

function items(app: App, texts: TextFile[], cluster: string, tenant: string | undefined, owner: string, patches: readonly Patch[], extended: Map<ApiObject, Origin>): Item[] {
  const stem = (path: string): string => path.replace(/-[0-9a-f]{8,10}(?=\.yaml$)/, "");
  const where = { cluster, ...(tenant !== undefined && { tenant }) };
  const objects = app.node.findAll().filter((node) => node instanceof ApiObject).map((node): Item => {
    const origin = extended.get(node);
    const placement: Placement = placementOf(node) ?? { area: "content", layer: "extension", wave: 0, source: { file: origin?.extension.file ?? "", path: "extend" }, owner };
    const { apiVersion, kind, name, metadata: { namespace } } = node;
    const path = objectPath({ ...where, area: placement.area, layer: placement.layer, apiVersion, kind, ...(namespace !== undefined && { namespace }), name });
    const content = (): ReturnType<Item["content"]> => {
      const made = node.toJson() as KubernetesObject;
      const json = structuredClone(made);
      if (origin && tenant !== undefined) json.metadata.labels = { ...json.metadata.labels, [TENANT_LABEL]: tenant };
      const raw = annotate(json, placement);
      return { value: applyPatches(raw, patches).manifest, raw, made };
    };
    return { path, stem: stem(path), kind, placement, content, ...(origin && { created: origin.created }) };
  });
  return [...objects, ...texts.map((t): Item => { const path = textPath({ ...where, area: t.area, layer: t.layer, name: t.name }); return { path, stem: path, kind: "text", placement: t, content: () => ({ value: t.text, raw: t.text, made: t.text }) }; })];
}
