/** Whether what was read from the cache has the form it was written in: a right checksum says that nobody changed it, not who wrote it. */
import type { Memory } from "./cache.ts";
import { isMap } from "../model/value.ts";

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const flag: Check = (value) => typeof value === "boolean";
const list = (each: Check): Check => (value) => Array.isArray(value) && value.every(each);
const map = (each: Check): Check => (value) => isMap(value) && Object.values(value).every(each);
const maybe = (check: Check): Check => (value) => value === undefined || check(value);
const object = (fields: Record<string, Check>): Check => {
  const entries = Object.entries(fields);
  return (value) => isMap(value) && entries.every(([name, check]) => check(value[name]));
};

const source = object({ file: text, path: text, line: maybe(number), column: maybe(number) });
const problem = object({ code: text, message: text, source: maybe(source), related: maybe(list(source)), hint: maybe(text), severity: text, exit: number });
const folder = object({ folder: text, paths: text, inventory: text, blob: text, data: map(isMap), out: maybe(text), state: maybe(text) });
const tenant = object({
  id: text, key: text, asOf: text, dated: flag, problems: list(problem), uses: list(object({ id: text, path: text, file: text })), shared: list(text),
  names: list(object({ system: text, name: text, source })), counts: map(number), tables: list(text), folders: list(folder),
});
const memory = object({
  files: map(object({ state: text, sha256: text, imports: list(object({ specifier: text, line: number, column: number, type: flag })) })),
  start: maybe(object({ key: text, platform: isMap, problems: list(problem) })),
  platform: maybe(object({ key: text, counts: map(number), problems: list(problem), folders: list(folder) })),
  tenants: map(tenant), tables: map(isMap),
});

/** True for what `writeMemory` wrote. */
export const isMemory = (value: unknown): value is Memory => memory(value);
