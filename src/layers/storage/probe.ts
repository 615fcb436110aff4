/** What an anonymous request gets of each bucket (D37): a refusal, whatever policies and ACLs say. Nothing is signed, and nothing is written. */
import { type ItemCoverage, type ProbeFailure, type StoreAccess, StoreUnreadable } from "../../model/plane.ts";
import { type Client, Unanswered, openClient } from "./client.ts";
import type { StoreState, WantedBucket } from "./desired.ts";

/** No such object: its name tells an allowed request (404) from a refused one (403). */
const OBJECT = "bulkhead-probe";
const TRIED: readonly { what: string; path: string; query: Record<string, string> }[] = [
  { what: "list the bucket", path: "", query: { "max-keys": "1" } },
  { what: "list its versions", path: "", query: { versions: "", "max-keys": "1" } },
  { what: "list its unfinished uploads", path: "", query: { uploads: "", "max-uploads": "1" } },
  { what: "read its policy", path: "", query: { policy: "" } },
  { what: "read its ACL", path: "", query: { acl: "" } },
  { what: "read an object", path: `/${OBJECT}`, query: {} },
];

/** Throws StoreUnreadable where the store says nothing. */
export async function probeStore(access: StoreAccess, { buckets }: StoreState): Promise<{ failures: ProbeFailure[]; coverage: ItemCoverage[] }> {
  const client = openClient(access, true);
  const failures: ProbeFailure[] = [];
  let [answered, strange] = [0, 0];
  try {
    for (const bucket of buckets) {
      const tried = await Promise.all(TRIED.map((one) => outcome(client, bucket, one)));
      // The audit says that a bucket is missing.
      if (tried.includes("absent")) continue;
      answered += tried.length;
      strange += tried.filter((one) => one === "strange").length;
      TRIED.forEach(({ what }, i) => { if (tried[i] === "allowed") failures.push(failure(bucket, what)); });
    }
  } catch (error) {
    if (error instanceof Unanswered) throw new StoreUnreadable(error.message);
    throw error;
  } finally {
    client.close();
  }
  const coverage: ItemCoverage = { what: "anonymous requests", state: "read", objects: answered };
  return { failures, coverage: [strange === 0 ? coverage : { ...coverage, state: "unknown", reason: "an answer that neither allows nor refuses" }] };
}

async function outcome(client: Client, { bucket }: WantedBucket, { path, query }: (typeof TRIED)[number]): Promise<"refused" | "allowed" | "absent" | "strange"> {
  const { status, code } = await client.get(`/${encodeURIComponent(bucket)}${path}`, query);
  if (code === "NoSuchBucket") return "absent";
  if (status === 403 || status === 401) return "refused";
  return status === 200 || status === 404 ? "allowed" : "strange";
}

const failure = ({ bucket, tenant }: WantedBucket, what: string): ProbeFailure => ({ kind: "bucket", name: bucket, ...(tenant !== undefined && { tenant }), note: `an anonymous request may ${what}` });
