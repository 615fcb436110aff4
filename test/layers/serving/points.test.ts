import { describe, expect, test } from "vitest";
import { servingLayer } from "../../../src/layers/serving/index.ts";
import { servingState } from "../../../src/layers/serving/state.ts";
import { servingProblems } from "../../../src/verify/serving.ts";
import type { Manifest } from "../../../src/layers/layer.ts";
import { collect, platform, tenant } from "./fixture.ts";

const source = { file: "tenants/acme/tenant.ts", path: "patches[0]" };
const acme = tenant("acme", [{ domain: "sales", product: "orders", table: "orders" }, { domain: "crm", product: "people", table: "people", kind: "starrocks" }], [{ name: "bi", clearance: "confidential", access: ["serving"] }]);
const objects = collect((output) => servingLayer.renderTenant!(servingState({ platform, tenant: acme, cluster: "prod-eu" })!, output)).map(({ manifest }) => manifest);
const config = (kind: string): Manifest => objects.find((m) => m.kind === "ConfigMap" && m.metadata.name.startsWith(kind))!;
type Data = Record<string, string>;
const said = (kind: string, edit: (data: Data) => Data, of = "acme"): string[] => servingProblems({ ...config(kind), data: edit(config(kind)["data"] as Data) }, of, source).map(({ code, message }) => `${code} ${message.replace(/^.* apart: /, "")}`);
/** The same change in every text, as a patch that knows what it does would make it. */
const everywhere = (from: string | RegExp, to: string) => (data: Data): Data => Object.fromEntries(Object.entries(data).map(([name, text]) => [name, text.replaceAll(from, to)]));

test("what is rendered lacks nothing; other objects are not looked at", () => {
  for (const manifest of objects) expect(servingProblems(manifest, "acme", source)).toEqual([]);
});
describe("a missing point is an error", () => {
  test.each<[string, string, (data: Data) => Data, RegExp]>([
    ["all keys", "redis", everywhere("~acme:*", "~*"), /^BH4060 store namespace: user acme.pipeline has keys or channels outside acme:/],
    ["a prefix without its colon", "redis", everywhere("~acme:*", "~acme*"), /outside acme:/],
    ["all channels", "redis", everywhere("&acme:*", "allchannels"), /outside acme:/],
    ["another tenant's user", "redis", everywhere("acme.bi", "globex.bi"), /user globex.bi is not the tenant's/],
    ["SCAN", "redis", (d) => everywhere(` '-scan'`, "")(everywhere(/ +"-scan",\n/g, "")(d)), /query scoping: user acme.pipeline lacks -scan/],
    ["what is closed is opened again", "redis", (d) => everywhere(`'-wait' '-move'`, `'-wait' '-move' '+scan'`)(everywhere(`"-move"`, `"-move",\n        "+scan"`)(d)), /query scoping: user acme.pipeline lacks -@dangerous/],
    ["any password", "redis", (d) => everywhere("'sanitize-payload'", "'nopass'")(everywhere('"sanitize-payload"', '"nopass"')(d)), /does not begin with nothing/],
    ["a script of its own", "redis", (d) => ({ ...d, "redis.sh": `${d["redis.sh"]}redis FLUSHALL\n` }), /script: redis.sh is not what state.json says/],
    ["no state", "redis", ({ "redis.sh": script }) => ({ "redis.sh": script! }), /script: state.json is not of tenant acme/],
    ["another database", "starrocks", everywhere(/`acme`|"acme"(?=,\n  "quota")/g, '"globex"'), /script/],
    ["no limit", "starrocks", (d) => ({ ...d, "state.json": d["state.json"]!.replace('"cpu_weight": "4",', "") }), /resource limit: the tenant has no cpu_weight/],
    ["a view for the writer", "starrocks", (d) => ({ ...d, "state.json": d["state.json"]!.replace('"role": "acme__internal"', '"role": "acme__writer"') }), /query scoping: view crm__people__people_internal has no clearance of its own/],
    ["SQL of its own", "starrocks", (d) => ({ ...d, "tenant.sql": `${d["tenant.sql"]}GRANT IMPERSONATE ON USER root TO USER 'acme.bi'@'%';\n` }), /script: tenant.sql is not what state.json says/],
    ["another group", "starrocks", (d) => ({ ...d, "group-create.sql": d["group-create.sql"]!.replace("20%", "90%") }), /script: group-create.sql/],
  ])("%s", (_name, kind, edit, expected) => expect(said(kind, edit).join("\n")).toMatch(expected));
  test("another tenant's part in this tenant's folder", () => expect(said("redis", (d) => d, "globex")).toEqual(["BH4060 script: state.json is not of tenant globex"]));
});
