/**
 * The normal form of an object: what two objects that mean the same have in common. The same function for both sides (D23): nulls go, defaults of schemas
 * and of the API server come, scalars with several spellings get one, emptiness that means nothing goes, and so does what only the server sets.
 * Nothing in a list is moved or removed and no field renamed, so places in the normal form are places in the object as it came.
 */
import { pointerOf, type Step } from "../model/pointer.ts";
import { withoutAssigned, withoutConstants } from "./constants.ts";
import { withBuiltInDefaults } from "./defaults/index.ts";
import { meansNothing, type Storage, storageOf } from "./emptiness.ts";
import { repeatedKeys } from "./list.ts";
import { rooted } from "./metadata.ts";
import { isSecret, mergedSecret } from "./secret.ts";
import { BYTES, type Spelling, spellingByName, spellingOf } from "./spelling.ts";
import type { Erasure, KubeObject, Shape, Types } from "./types.ts";
import { type Fields, isEmpty, isFields, member } from "./value.ts";

/** The normal form, and what it lacks or has more, with the reason. Parts that do not change are shared with the input, which is never written to. */
export function normalise(object: KubeObject, types: Types): { value: KubeObject; erased: Erasure[] } {
  const erased: Erasure[] = [];
  const value = normalForm(object, rooted(types.node(object.apiVersion, object.kind)), (steps, reason) => { erased.push({ pointer: pointerOf(steps), reason }); });
  return { value, erased };
}

type Note = (steps: readonly Step[], reason: string) => void;

/** Hears of list maps in which a key stands more than once. */
export type Lint = (steps: readonly Step[], keys: unknown[][]) => void;

/** The normal form alone; `note` hears of each erasure. */
export function normalForm(object: KubeObject, root: Shape, note?: Note, lint?: Lint): KubeObject {
  const merged = isSecret(object) ? mergedSecret(object) : object;
  if (merged !== object) note?.(["stringData"], "stored as bytes in data");
  const filled = new Filler(note).fields(withoutConstants(withoutAssigned(merged, note), note), root) as KubeObject;
  const complete = withBuiltInDefaults(filled);
  if (note && complete !== filled) noteStored(filled, complete, [], note);
  // What was filled in may be what is always there.
  return new Reducer(object, note, lint).fields(withoutConstants(complete), root, undefined) as KubeObject;
}

function noteStored(before: unknown, after: unknown, steps: readonly Step[], note: Note): void {
  if (before === after || typeof after !== "object" || after === null) return;
  for (const [key, value] of Object.entries(after)) {
    const at = [...steps, Array.isArray(after) ? Number(key) : key];
    const old = member(before, key);
    if (old === undefined) note(at, "the API server's default, filled in");
    else noteStored(old, value, at, note);
  }
  if (isFields(before)) for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) note([...steps, key], "the API server stores no such empty value");
}

const childOf = (shape: Shape | undefined, name: string): Shape | undefined => shape && (shape.field(name) ?? shape.values);

/** Drops nulls and sets the defaults of schemas, at every level, as the server does before anything else. */
class Filler {
  private readonly trail: Step[] = [];
  private readonly note: Note | undefined;
  constructor(note: Note | undefined) { this.note = note; }

  private below(step: Step, value: unknown, shape: Shape | undefined): unknown {
    if (typeof value !== "object" || value === null) return value;
    this.trail.push(step);
    const after = Array.isArray(value) ? this.list(value, shape?.items) : this.fields(value as Fields, shape);
    this.trail.pop();
    return after;
  }

  private list(list: unknown[], items: Shape | undefined): unknown[] {
    let out = list;
    for (let i = 0; i < list.length; i++) {
      const after = this.below(i, list[i], items);
      if (after === list[i]) continue;
      if (out === list) out = [...list];
      out[i] = after;
    }
    return out;
  }

  fields(fields: Fields, shape: Shape | undefined): Fields {
    let out = fields;
    for (const name in fields) {
      const before = fields[name];
      const child = childOf(shape, name);
      // A nullable field with a default tells null from silence.
      const isNull = before === undefined || (before === null && !(child?.nullable && child.schema.default !== undefined));
      const after = isNull ? undefined : this.below(name, before, child);
      if (after === before && before !== undefined) continue;
      if (out === fields) out = { ...fields };
      if (after !== undefined) out[name] = after;
      else {
        delete out[name];
        this.note?.([...this.trail, name], "null is the same as nothing");
      }
    }
    for (const [name, fallback] of shape?.defaults ?? []) {
      if (Object.hasOwn(out, name)) continue;
      if (out === fields) out = { ...fields };
      out[name] = this.below(name, fallback, shape!.field(name));
      this.note?.([...this.trail, name], "the schema's default, filled in");
    }
    return out;
  }
}

/** Gives scalars their one spelling and takes away emptiness that means nothing. */
class Reducer {
  private readonly trail: Step[] = [];
  private readonly storage: Storage;
  private readonly hasBytes: boolean;
  private readonly note: Note | undefined;
  private readonly lint: Lint | undefined;
  constructor(object: KubeObject, note: Note | undefined, lint: Lint | undefined) {
    this.lint = lint;
    this.storage = storageOf(object.apiVersion, object.kind);
    this.hasBytes = isSecret(object);
    this.note = note;
  }

  private value(value: unknown, shape: Shape | undefined, name: string, list: string | undefined): unknown {
    if (typeof value === "string" || typeof value === "number") return this.scalar(value, shape, name);
    if (typeof value !== "object" || value === null) return value;
    return Array.isArray(value) ? this.list(value, shape, name) : this.fields(value as Fields, shape, list);
  }

  private scalar(value: string | number, shape: Shape | undefined, name: string): unknown {
    const spelling = this.hasBytes && this.trail[0] === "data" ? BYTES : shape ? spellingOf(shape) : this.unshaped(name);
    if (!spelling) return value;
    const after = spelling.of(value);
    if (after !== value) this.note?.(this.trail, spelling.reason);
    return after;
  }

  private unshaped(name: string): Spelling | undefined {
    const { length } = this.trail;
    return spellingByName(name, this.trail[length - 2], this.trail[length - 3]);
  }

  private list(list: unknown[], shape: Shape | undefined, name: string): unknown[] {
    const keys = shape?.schema["x-kubernetes-list-map-keys"];
    const repeated = this.lint && keys ? repeatedKeys(list, keys) : [];
    if (repeated.length > 0) this.lint!(this.trail, repeated);
    let out = list;
    for (let i = 0; i < list.length; i++) {
      this.trail.push(i);
      const after = this.value(list[i], shape?.items, "", name);
      this.trail.pop();
      if (after === list[i]) continue;
      if (out === list) out = [...list];
      out[i] = after;
    }
    return out;
  }

  /** `list` is the name of the list whose item this is. */
  fields(fields: Fields, shape: Shape | undefined, list: string | undefined): Fields {
    let out = fields;
    for (const name in fields) {
      const before = fields[name];
      this.trail.push(name);
      const child = childOf(shape, name);
      const after = this.value(before, child, name, undefined);
      const drop = isEmpty(after) && meansNothing(after, name, list, this.trail[0] === "metadata" ? "typed" : this.storage, child);
      if (drop || after !== before) {
        if (out === fields) out = { ...fields };
        if (drop) {
          delete out[name];
          this.note?.(this.trail, "empty is the same as nothing");
        } else out[name] = after;
      }
      this.trail.pop();
    }
    return out;
  }
}
