/** Makes what definitions of several tenants share unchangeable, so that none changes another's output. */
import { types } from "node:util";
import { REFUSED, refuse } from "./refusal.ts";

/** Names that people and packages assign on their own objects although a prototype has them (frozen prototypes would refuse that too). */
const OVERRIDDEN = new Set(["constructor", "toString", "toLocaleString", "valueOf", "toJSON", "toJson", "name", "message", "code", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"]);

const seen = new WeakSet<object>();

/** Freezes everything that can be reached from the given values: objects, functions, prototypes, accessors. */
export function harden(roots: readonly unknown[]): void {
  const queue = [...roots];
  while (queue.length > 0) {
    const value = queue.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value) || types.isProxy(value)) continue;
    seen.add(value);
    queue.push(Object.getPrototypeOf(value));
    const prototype = isPrototype(value);
    for (const key of Reflect.ownKeys(value)) {
      const own = Object.getOwnPropertyDescriptor(value, key)!;
      if ("value" in own) {
        queue.push(own.value);
        if (prototype && typeof key === "string" && OVERRIDDEN.has(key) && own.configurable) overridable(value, key, own);
      } else queue.push(own.get, own.set);
    }
    if (types.isModuleNamespaceObject(value)) continue;
    // The elements of a typed array cannot be frozen; its properties can.
    if (ArrayBuffer.isView(value)) Object.preventExtensions(value);
    else Object.freeze(value);
  }
}

function isPrototype(value: object): boolean {
  const own = Object.getOwnPropertyDescriptor(value, "constructor")?.value as unknown;
  return typeof own === "function" && (own as { prototype?: unknown }).prototype === value;
}

/** Turns a property of a prototype into an accessor: an assignment to an instance makes its own property, one to the prototype is refused. */
function overridable(prototype: object, key: string, own: PropertyDescriptor): void {
  const value: unknown = own.value;
  Object.defineProperty(prototype, key, {
    get: () => value,
    set(this: object, to: unknown) {
      if (this === prototype) refuse(REFUSED.change, `${key} of a shared prototype is replaced`, SHARED_HINT);
      Object.defineProperty(this, key, { value: to, writable: true, enumerable: true, configurable: true });
    },
    enumerable: own.enumerable!, configurable: false,
  });
}

export const SHARED_HINT = "all tenants share it: change a copy, or write a function in the definition";

/** True for the error V8 throws when frozen things are changed. */
export const isChange = (error: unknown): error is TypeError =>
  error instanceof TypeError && /^Cannot (assign to read only|add property|define property|delete property|redefine property)|is not extensible|which has only a getter/.test(error.message);
