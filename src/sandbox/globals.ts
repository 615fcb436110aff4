/** The globals of the process that runs definitions: what is not listed here is refused, so that a new Node brings no new way out. */
import { REFUSED, refuse } from "./refusal.ts";

/** Globals whose answers depend on nothing but their arguments. */
const PURE = new Set([
  "Object", "Array", "Number", "BigInt", "String", "Boolean", "Symbol", "Promise", "Proxy", "Reflect", "JSON", "Map", "Set", "WeakMap", "WeakSet", "RegExp", "Iterator",
  "Error", "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "SuppressedError", "DisposableStack", "AsyncDisposableStack",
  "ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array",
  "Infinity", "NaN", "undefined", "globalThis", "global", "isFinite", "isNaN", "parseFloat", "parseInt", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape",
  "URL", "URLSearchParams", "TextEncoder", "TextDecoder", "atob", "btoa", "structuredClone", "queueMicrotask",
  // Replaced below by their pure parts.
  "Math", "Date", "Intl", "Function", "eval", "process", "console", "Temporal",
]);

/** Environment names that trusted packages read while objects are rendered; all are unset. */
const UNSET = /^(CDK8S_|JSII_|LOG_|NODE_ENV$|NODE_DEBUG$)/;
let ownCode = false;

/** Runs a library of Bulkhead's that asks for the clock only to know when to give up. None of a definition's code may run inside; time stands still. */
export function withoutClock<T>(work: () => T): T {
  ownCode = true;
  try { return work(); } finally { ownCode = false; }
}

const HINT = "nothing but the checkout decides the output: write the value down, or take it from a file in the project";
const outside = (what: string): never => refuse(REFUSED.outside, `${what} is not there for definitions`, HINT);
const fromText = (what: string): never => refuse(REFUSED.code, `${what} makes code from text, which is refused`, "write the code itself: what runs must be in the checkout");

/** Replaces every global that could tell two runs apart. Nothing is put back: what a definition keeps for later meets the same. */
export function replaceGlobals(): void {
  const realDate = Date;
  define(globalThis, "Date", pureDate(realDate));
  define(realDate.prototype, "constructor", globalThis.Date);
  define(Math, "random", () => outside("Math.random"));
  pureIntl();
  const temporal = (globalThis as { Temporal?: { Now?: object } }).Temporal;
  if (temporal) accessor(temporal, "Now", () => outside("Temporal.Now"));
  noCodeFromText();
  define(globalThis, "process", emptyProcess());
  define(globalThis, "console", silentConsole());
  // zod, which parses what definitions export, finds its settings in a global; they are frozen with the rest.
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!PURE.has(name) && !name.startsWith("__zod_")) accessor(globalThis, name, () => outside(name));
  // CommonJS names, and globals that only some versions and flags of Node have.
  for (const name of ["require", "module", "exports", "gc", "EventSource", "XMLHttpRequest", "Storage", "localStorage"]) accessor(globalThis, name, () => outside(name));
}

function pureDate(real: DateConstructor): DateConstructor {
  function pure(this: unknown, ...args: unknown[]): unknown {
    if (!new.target || args.length === 0) outside("the clock (Date without arguments)");
    return Reflect.construct(real, args, new.target!);
  }
  Object.defineProperties(pure, { name: { value: "Date" }, length: { value: 7 }, prototype: { value: real.prototype }, UTC: { value: real.UTC }, parse: { value: real.parse }, now: { value: () => (ownCode ? 0 : outside("the clock (Date.now)")) } });
  return pure as unknown as DateConstructor;
}

/** A date format without a date means now. */
function pureIntl(): void {
  const format = Intl.DateTimeFormat.prototype;
  const bound = Object.getOwnPropertyDescriptor(format, "format")!.get!;
  const needed = (date: unknown): void => { if (date === undefined) outside("the clock (a date format without a date)"); };
  Object.defineProperty(format, "format", { get() { const real = bound.call(this) as (date: unknown) => string; return (date: unknown) => { needed(date); return real(date); }; }, configurable: true });
  const parts = format.formatToParts;
  define(format, "formatToParts", function (this: Intl.DateTimeFormat, date?: Date) { needed(date); return parts.call(this, date); });
}

function noCodeFromText(): void {
  define(globalThis, "eval", () => fromText("eval"));
  for (const sample of [() => {}, async () => {}, function* () {}, async function* () {}]) {
    const prototype = Object.getPrototypeOf(sample) as object;
    const refusing = function (): never { return fromText("a function constructor"); };
    Object.defineProperty(refusing, "prototype", { value: prototype });
    define(prototype, "constructor", refusing);
    if (prototype === Function.prototype) define(globalThis, "Function", refusing);
  }
}

/** `process` for packages that ask for a setting while they render: every setting is unset, and all else is refused. */
function emptyProcess(): object {
  const closed = (name: string, known: (key: string) => unknown): object => new Proxy(Object.freeze(Object.create(null) as object), {
    get: (_, key) => known(String(key)),
    has: (_, key) => outside(`${name}.${String(key)}`), ownKeys: () => outside(name), getOwnPropertyDescriptor: (_, key) => outside(`${name}.${String(key)}`),
    set: (_, key) => outside(`${name}.${String(key)}`), defineProperty: (_, key) => outside(`${name}.${String(key)}`), deleteProperty: (_, key) => outside(`${name}.${String(key)}`),
  });
  const env = closed("process.env", (key) => (UNSET.test(key) ? undefined : outside(`process.env.${key}`)));
  return closed("process", (key) => (key === "env" ? env : outside(`process.${key}`)));
}

/** Packages may warn while they render; nobody reads it, and its streams lead out. */
function silentConsole(): object {
  const names = ["log", "info", "warn", "error", "debug", "trace", "table", "dir", "group", "groupCollapsed", "groupEnd", "assert", "count", "time", "timeEnd", "timeLog"];
  return Object.fromEntries(names.map((name) => [name, () => {}]));
}

const define = (target: object, name: string, value: unknown): void => { Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false }); };
const accessor = (target: object, name: string, get: () => never): void => {
  // Asking first would load what Node loads only when it is asked for, such as its whole fetch.
  if (!Reflect.deleteProperty(target, name)) return;
  Object.defineProperty(target, name, { get, set: () => refuse(REFUSED.change, `the global ${name} is set`, "definitions of all tenants share the globals: keep the value in a constant"), configurable: false, enumerable: false });
};
