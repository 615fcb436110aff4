/** Locks the process before the first definition runs, and for good. */
import fs from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import * as cdk8s from "cdk8s";
import * as constructs from "constructs";
import { replaceGlobals } from "./globals.ts";
import { harden } from "./harden.ts";
import { guardImports, preload } from "./hooks.ts";
import { REFUSED, refuse } from "./refusal.ts";
import { keepFrames, watchProject } from "./stack.ts";

/** Loads the packages that definitions name, then takes away what could decide output beside the checkout (D30). */
export async function lockdown(root: string, allowed: readonly string[], packages: readonly string[]): Promise<void> {
  watchProject(root);
  guardImports(root, allowed);
  const namespaces: object[] = [cdk8s, constructs];
  for (const specifier of packages) { const loaded = await preload(specifier); if (loaded) namespaces.push(loaded); }
  stripTypeScriptTypes(""); // brings in Node's own parser, which needs WebAssembly to start
  closeFiles();
  replaceGlobals();
  Object.assign(Error, { prepareStackTrace: keepFrames, stackTraceLimit: 50 });
  harden([...intrinsics(), ...namespaces]);
  closeGlobal();
}

const WRITES = /^l?(write|append|mkdir|mkdtemp|rm|unlink|rename|copy|cp|symlink|link|chmod|chown|truncate|utimes|createWrite)/;

/** Packages must not write for a definition (cdk8s has Yaml.save and App.synth). Bulkhead's own modules hold their imports from before. */
function closeFiles(): void {
  for (const name of Object.keys(fs)) {
    if (typeof (fs as never as Record<string, unknown>)[name] !== "function" || !WRITES.test(name)) continue;
    const closed = (): never => refuse(REFUSED.outside, `fs.${name} through a package is not there for definitions`, "a definition is data: Bulkhead writes the files");
    Object.defineProperty(fs, name, { value: closed, configurable: true, enumerable: true, writable: false });
  }
}

/** Everything a module can get without an import; literals reach what no global names. */
function intrinsics(): unknown[] {
  const found: unknown[] = Object.getOwnPropertyNames(globalThis).flatMap((name) => {
    const own = Object.getOwnPropertyDescriptor(globalThis, name)!;
    return "value" in own && own.value !== globalThis ? [own.value as unknown] : [];
  });
  const samples = [async () => {}, function* () {}, async function* () {}, (function* () {})(), (async function* () {})(), [][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ""[Symbol.iterator](), "".matchAll(/x/g), new URLSearchParams()[Symbol.iterator]()];
  return [...found, ...samples.map((sample) => Object.getPrototypeOf(sample) as unknown)];
}

function closeGlobal(): void {
  for (const name of Reflect.ownKeys(globalThis)) {
    const own = Object.getOwnPropertyDescriptor(globalThis, name)!;
    if (own.configurable) Object.defineProperty(globalThis, name, "value" in own ? { writable: false, configurable: false } : { configurable: false });
  }
  Object.preventExtensions(globalThis);
}
