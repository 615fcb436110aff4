/** A live source in memory. */
import { compareObjects } from "../../src/audit/live/order.ts";
import { type LiveKind, type LiveObject, type LiveSource, Unreadable } from "../../src/audit/live/source.ts";
import type { Coverage } from "../../src/model/finding.ts";

/** Objects by kind, and what cannot be read: after how many objects, and why. */
export interface Held { kind: LiveKind; objects: LiveObject[]; broken?: { after: number; reason: string }; unordered?: boolean }

export function memorySource(held: readonly Held[], unknown: Coverage[] = [], page = 2): LiveSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    from: "memory", version: "v1.36.3", asked,
    kinds: async () => ({ kinds: held.map(({ kind }) => kind), unknown }),
    async *list(kind, { metadataOnly = false, namespace, signal } = {}) {
      asked.push(`${kind.apiVersion} ${kind.kind}${metadataOnly ? " metadata" : ""}${namespace === undefined ? "" : ` in ${namespace}`}`);
      const one = held.find((each) => each.kind.apiVersion === kind.apiVersion && each.kind.kind === kind.kind);
      if (one === undefined) throw new Unreadable("not there");
      const all = one.objects.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
      const objects = one.unordered ? all : all.toSorted(compareObjects);
      const end = one.broken?.after ?? objects.length;
      for (let i = 0; i < end; i += page) {
        if (signal?.aborted) throw new Unreadable("stopped before its end");
        yield objects.slice(i, Math.min(i + page, end)).map((object) => (metadataOnly ? { apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata } : object));
      }
      if (one.broken) throw new Unreadable(one.broken.reason);
    },
    close: async () => {},
  };
}

export const object = ({ apiVersion, kind }: LiveKind, key: string, more: object = {}): LiveObject => {
  const [namespace, name] = key.includes("/") ? (key.split("/") as [string, string]) : [undefined, key];
  return { apiVersion, kind, metadata: { ...(namespace !== undefined && { namespace }), name }, ...more };
};
