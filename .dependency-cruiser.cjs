/** Who may import whom (docs/design.md). Read from build/: imports of types alone are no dependency. */
const only = (name, from, allowed) => ({ name, severity: "error", comment: "docs/design.md, rooms", from: { path: `^build/${from}` }, to: { path: "^build/", pathNot: [`^build/${from}`, ...allowed.map((a) => `^build/${a}`)] } });
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "nothing-imports-cli", severity: "error", from: { pathNot: "^build/cli/" }, to: { path: "^build/cli/" } },
    { name: "no-layer-imports-another", severity: "error", from: { path: "^build/layers/([^/]+)/" }, to: { path: "^build/layers/([^/]+)/", pathNot: "^build/layers/$1/" } },
    only("model-facts-stand-alone", "model/[a-z]+[.]js", ["model/[a-z]+[.]js"]),
    only("define-knows-model-facts", "define/", ["model/[a-z]+[.]js"]),
    only("resolve-knows-define", "model/resolve/", ["define/", "model/"]),
    only("sandbox-knows-model-facts", "sandbox/", ["model/[a-z]+[.]js"]),
    only("load-knows-define-and-model", "load/", ["define/", "model/", "sandbox/"]),
    only("yaml-stands-alone", "yaml/", []),
    only("layers-know-the-model", "layers/", ["model/[a-z]+[.]js", "yaml/"]),
    only("render-knows-layers-and-model", "render/", ["layers/layer", "model/[a-z]+[.]js", "yaml/"]),
    only("verify-knows-layers-and-model", "verify/", ["layers/", "model/[a-z]+[.]js", "imports/"]),
    only("difference-knows-rendered-trees", "difference/", ["render/", "verify/", "model/[a-z]+[.]js"]),
    only("audit-knows-comparison-and-rendered-trees", "audit/", ["compare/", "layers/[a-z]+/plane[.]js", "difference/", "load/syntax", "model/[a-z]+[.]js", "render/", "verify/", "yaml/"]),
    only("compare-knows-model-facts", "compare/", ["model/[a-z]+[.]js"]),
    only("explain-knows-definitions-and-differences", "explain/", ["define/", "difference/", "load/", "model/", "render/"]),
    only("report-knows-the-model", "report/", ["model/[a-z]+[.]js"]),
    only("create-knows-model-facts", "create/", ["model/[a-z]+[.]js"]),
    only("imports-stand-alone", "imports/", ["model/[a-z]+[.]js"]),
  ],
  options: { doNotFollow: { path: "node_modules" }, enhancedResolveOptions: { extensions: [".js"] } },
};
