/** Ways out of the sandbox: each is tried while the file loads and inside `extend`. */
export interface Escape {
  name: string; code: string;
  /** One line of code; where it is refused is this line. */
  line: string;
  /** Put before it, at the top of the file. */
  top?: string;
  /** Found in the syntax, so the place is the import's own line. */
  atTop?: boolean;
}

const OUTSIDE = "BH2018";
const SHARED = "BH2019";
const TEXT = "BH2023";
const IMPORT = "BH2016";
const SYNTAX = "BH2017";

export const ESCAPES: Escape[] = [
  // Network
  { name: "fetch", code: OUTSIDE, line: 'fetch("http://127.0.0.1:1/");' },
  { name: "WebSocket", code: OUTSIDE, line: 'new WebSocket("ws://127.0.0.1:1/");' },
  { name: "EventSource", code: OUTSIDE, line: "void EventSource;" },
  ...["node:net", "node:http", "node:https", "node:dns", "node:dgram", "node:tls", "http2", "net"].map((name): Escape => ({ name, code: IMPORT, top: `import * as it from "${name}";`, line: "void it;", atTop: true })),
  // Environment and process
  { name: "an environment variable", code: OUTSIDE, line: "void process.env.HOME;" },
  { name: "all environment variables", code: OUTSIDE, line: "void { ...process.env };" },
  { name: "globalThis.process", code: OUTSIDE, line: 'void globalThis["pro" + "cess"].argv;' },
  { name: "getBuiltinModule", code: OUTSIDE, line: 'process.getBuiltinModule("fs");' },
  { name: "process.binding", code: OUTSIDE, line: 'process.binding("fs");' },
  { name: "process.dlopen", code: OUTSIDE, line: 'process.dlopen({}, "/x.node");' },
  { name: "process.exit", code: OUTSIDE, line: "process.exit(0);" },
  { name: "process.kill", code: OUTSIDE, line: "process.kill(process.ppid);" },
  { name: "process.cwd", code: OUTSIDE, line: "process.cwd();" },
  { name: "an answer to the parent", code: OUTSIDE, line: 'process.send({ type: "loaded", problems: [], uses: [] });' },
  { name: "standard output", code: OUTSIDE, line: 'process.stdout.write("x");' },
  { name: "node:process", code: IMPORT, top: 'import it from "node:process";', line: "void it;", atTop: true },
  { name: "node:os", code: IMPORT, top: 'import { hostname } from "os";', line: "void hostname;", atTop: true },
  { name: "navigator", code: OUTSIDE, line: "void navigator.hardwareConcurrency;" },
  // Clock
  { name: "Date()", code: OUTSIDE, line: "Date();" },
  { name: "new Date()", code: OUTSIDE, line: "new Date();" },
  { name: "Date.now", code: OUTSIDE, line: "Date.now();" },
  { name: "Date through an instance", code: OUTSIDE, line: "new (new Date(0).constructor as typeof Date)();" },
  { name: "Reflect.construct(Date)", code: OUTSIDE, line: "Reflect.construct(Date, []);" },
  { name: "a class that extends Date", code: OUTSIDE, line: "new (class extends Date {})();" },
  { name: "performance", code: OUTSIDE, line: "performance.now();" },
  { name: "a date format without a date", code: OUTSIDE, line: 'new Intl.DateTimeFormat("en").format();' },
  { name: "parts of a date format without a date", code: OUTSIDE, line: 'new Intl.DateTimeFormat("en").formatToParts();' },
  { name: "setTimeout", code: OUTSIDE, line: "setTimeout(() => {}, 1);" },
  { name: "setImmediate", code: OUTSIDE, line: "setImmediate(() => {});" },
  { name: "AbortSignal.timeout", code: OUTSIDE, line: "AbortSignal.timeout(1);" },
  { name: "node:timers", code: IMPORT, top: 'import { setTimeout as it } from "node:timers/promises";', line: "void it;", atTop: true },
  { name: "Atomics.wait", code: OUTSIDE, line: "void Atomics.wait;" },
  // Randomness and what the garbage collector tells
  { name: "Math.random", code: OUTSIDE, line: "Math.random();" },
  { name: "crypto.getRandomValues", code: OUTSIDE, line: "crypto.getRandomValues(new Uint8Array(1));" },
  { name: "crypto.randomUUID", code: OUTSIDE, line: "crypto.randomUUID();" },
  { name: "node:crypto", code: IMPORT, top: 'import { randomBytes } from "node:crypto";', line: "void randomBytes;", atTop: true },
  { name: "memory of others", code: OUTSIDE, line: "Buffer.allocUnsafe(9);" },
  { name: "WeakRef", code: OUTSIDE, line: "new WeakRef({});" },
  { name: "FinalizationRegistry", code: OUTSIDE, line: "new FinalizationRegistry(() => {});" },
  // Processes, threads, machine code
  { name: "node:child_process", code: IMPORT, top: 'import { execSync } from "node:child_process";', line: "void execSync;", atTop: true },
  { name: "node:worker_threads", code: IMPORT, top: 'import { Worker } from "node:worker_threads";', line: "void Worker;", atTop: true },
  { name: "node:vm", code: IMPORT, top: 'import vm from "node:vm";', line: "void vm;", atTop: true },
  { name: "node:module", code: IMPORT, top: 'import { createRequire } from "node:module";', line: "void createRequire;", atTop: true },
  { name: "SharedArrayBuffer", code: OUTSIDE, line: "new SharedArrayBuffer(8);" },
  { name: "WebAssembly", code: OUTSIDE, line: "void WebAssembly.Module;" },
  { name: "MessageChannel", code: OUTSIDE, line: "new MessageChannel();" },
  { name: "require", code: OUTSIDE, line: '(globalThis as any).require("fs");' },
  // Files
  { name: "node:fs", code: IMPORT, top: 'import { readFileSync } from "node:fs";', line: "void readFileSync;", atTop: true },
  { name: "fs", code: IMPORT, top: 'export { readFileSync } from "fs";', line: "", atTop: true },
  { name: "types of node:fs that still run it", code: IMPORT, top: 'import { type Stats } from "node:fs";', line: "", atTop: true },
  { name: "a file above the project", code: "BH2006", top: 'import it from "../../../../outside.ts";', line: "void it;", atTop: true },
  { name: "a file from the root", code: "BH2006", top: 'import "/proc/self/environ";', line: "", atTop: true },
  { name: "a file: URL", code: "BH2006", top: 'import "file:///proc/self/environ";', line: "", atTop: true },
  { name: "a file through a link", code: "BH2006", top: 'import "../../../lib/link.ts";', line: "", atTop: true },
  { name: "a package's file by its path", code: "BH2006", top: 'import "../../../node_modules/cdk8s/package.json";', line: "", atTop: true },
  { name: "a native addon", code: IMPORT, top: 'import it from "../../../lib/addon.node";', line: "void it;", atTop: true },
  { name: "a CommonJS file", code: IMPORT, top: 'import it from "../../../lib/common.cjs";', line: "void it;", atTop: true },
  { name: "a package that is not allowed", code: IMPORT, top: 'import YAML from "yaml";', line: "void YAML;", atTop: true },
  { name: "a data: URL", code: IMPORT, top: 'import "data:text/javascript,0";', line: "", atTop: true },
  { name: "an http: URL", code: IMPORT, top: 'import "http://127.0.0.1:1/x.js";', line: "", atTop: true },
  { name: "writing through cdk8s", code: OUTSIDE, top: 'import { Yaml } from "cdk8s";', line: 'Yaml.save(".bulkhead/staging/x.yaml", []);' },
  { name: "a temporary file through cdk8s", code: OUTSIDE, top: 'import { Yaml } from "cdk8s";', line: "Yaml.tmp([]);" },
  { name: "an app of its own that writes", code: OUTSIDE, top: 'import { App } from "cdk8s";', line: 'new App({ outdir: ".bulkhead/staging" }).synth();' },
  { name: "reading through cdk8s", code: OUTSIDE, top: 'import { Yaml } from "cdk8s";', line: 'Yaml.load("/etc/hostname");' },
  // Code from text, late imports
  { name: "eval", code: TEXT, line: 'eval("1");' },
  { name: "indirect eval", code: TEXT, line: '(0, eval)("1");' },
  { name: "new Function", code: TEXT, line: 'new Function("return process")();' },
  { name: "a function's constructor", code: TEXT, line: '(() => {}).constructor("return process")();' },
  { name: "an async function's constructor", code: TEXT, line: '(async () => {}).constructor("return process")();' },
  { name: "a generator's constructor", code: TEXT, line: '(function* () {}).constructor("yield process")();' },
  { name: "an async generator's constructor", code: TEXT, line: '(async function* () {}).constructor("yield process")();' },
  { name: "a constructor's constructor", code: TEXT, line: '({}).constructor.constructor("return process")();' },
  { name: "import()", code: SYNTAX, line: 'void import("node:fs");' },
  { name: "import() of a computed name", code: SYNTAX, line: 'void import(["node", "fs"].join(":"));' },
  { name: "import.meta.url", code: SYNTAX, line: "void import.meta.url;" },
  { name: "import.meta.resolve", code: SYNTAX, line: 'import.meta.resolve("x");' },
  { name: "a module that is a promise", code: SYNTAX, top: "export function then() {}", line: "", atTop: true },
  // What all tenants share
  { name: "Array.prototype", code: SHARED, line: "Array.prototype.map = (() => []) as never;" },
  { name: "Object.prototype", code: SHARED, line: "(Object.prototype as any).labels = {};" },
  { name: "Object.prototype.toString", code: SHARED, line: 'Object.prototype.toString = () => "x";' },
  { name: "String.prototype", code: SHARED, line: 'String.prototype.trim = () => "x";' },
  { name: "Map.prototype", code: SHARED, line: "Map.prototype.get = () => 1;" },
  { name: "an iterator's prototype", code: SHARED, line: "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true });" },
  { name: "defineProperty on a prototype", code: SHARED, line: 'Object.defineProperty(Array.prototype, "0", { value: 1 });' },
  { name: "__proto__ of a prototype", code: SHARED, line: "Object.setPrototypeOf(Array.prototype, {});" },
  { name: "JSON.stringify", code: SHARED, line: 'JSON.stringify = () => "x";' },
  { name: "delete", code: SHARED, line: "delete (Math as any).max;" },
  { name: "a new global", code: SHARED, line: "(globalThis as any).counter = 1;" },
  { name: "a refused global replaced", code: SHARED, line: "(globalThis as any).fetch = () => 1;" },
  { name: "Error.prepareStackTrace", code: SHARED, line: "Error.prepareStackTrace = (_, sites) => sites;" },
  { name: "Error.stackTraceLimit", code: SHARED, line: "Error.stackTraceLimit = 0;" },
  { name: "a class of cdk8s", code: SHARED, top: 'import { ApiObject } from "cdk8s";', line: "ApiObject.prototype.toJson = () => ({});" },
  { name: "a static of cdk8s", code: SHARED, top: 'import { Names } from "cdk8s";', line: 'Names.toDnsLabel = () => "x";' },
  { name: "a class of constructs", code: SHARED, top: 'import { Node } from "constructs";', line: "Node.prototype.findAll = () => [];" },
  { name: "a frozen export of a shared file", code: SHARED, top: 'import { labels } from "../../_shared/labels.ts";', line: "(labels as any).a.b = 2;" },
  { name: "an export of bulkhead", code: SHARED, top: 'import { defineTable } from "bulkhead";', line: "(defineTable as any).seen = 1;" },
];
