/** What the suites of the s3 plane share: a Ceph to which a fleet's rendered objects were applied, and the audit of it under the auditor's own keys. */
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareItems } from "../../../src/compare/items.ts";
import type { Manifest } from "../../../src/layers/layer.ts";
import type { StoreState } from "../../../src/layers/storage/desired.ts";
import { s3Audit } from "../../../src/layers/storage/plane.ts";
import type { DesiredStore, ItemCoverage, ItemDifference, Reading, Tree } from "../../../src/model/plane.ts";
import { applyRook } from "../apply/rook.ts";
import { type S3, s3 } from "../apply/s3.ts";
import { type CephKeys, type CephServer, dropFolder, findOnPath, ownFolder, run } from "../provision/index.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Audited { differences: ItemDifference[]; coverage: ItemCoverage[]; reading: Reading }
/** A fleet that lives on a server. */
export interface Stage {
  ceph: CephServer;
  tree: Tree;
  store: DesiredStore<StoreState>;
  keys: ReadonlyMap<string, CephKeys>;
  as(uid?: string): S3;
  /** Somebody else's user on the same server, in nobody's space. */
  stranger: S3;
  audit(): Promise<Audited>;
  /** Runs printed commands in a shell, aws with the keys of the user `uid`; throws where one fails. */
  revert(commands: readonly string[], uid: string): Promise<void>;
  end(): void;
}

/** Applies every object of the tree as Rook would. */
export async function stageFleet(ceph: CephServer, tree: Tree, known?: ReadonlyMap<string, CephKeys>): Promise<Stage> {
  const keys = await applyRook(ceph, tree.manifests.map(({ manifest }) => manifest as unknown as Manifest), known);
  const [declared] = s3Audit.desired(tree) as DesiredStore<StoreState>[];
  const store = { ...declared!, endpoint: ceph.endpoint };
  await ceph.admin(["user", "create", "--uid=stranger", "--display-name=stranger", "--access-key=stranger", "--secret-key=stranger"], true);
  const bin = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-s3-bin-")));
  const program = (name: string, text: string): void => { writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`); chmodSync(join(bin, name), 0o755); };
  program("radosgw-admin", `exec ${ceph.adminCommand} "$@"`);
  program("aws-stand-in", `exec ${process.execPath} ${join(root, "test/real/apply/aws.ts")} "$@"`);
  const verbs = new Set<string>();
  return {
    ceph, tree, store, keys,
    as: (uid) => s3(ceph.endpoint, uid === undefined ? undefined : keys.get(uid)),
    stranger: s3(ceph.endpoint, { accessKey: "stranger", secretKey: "stranger" }),
    audit: () => auditAs(store, ceph.endpoint, keys.get(store.state.auditor)!),
    async revert(commands, uid) {
      const { accessKey = "", secretKey = "" } = keys.get(uid) ?? {};
      const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, AWS_DEFAULT_REGION: "us-east-1", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
      for (const command of commands) {
        const verb = / s3api ([a-z-]+)/.exec(command)?.[1] ?? "";
        // Each command of the real tool once, where the machine has it; it takes seconds to start.
        const real = findOnPath("aws").length > 0 && !verbs.has(verb);
        verbs.add(verb);
        await run("/bin/bash", ["-c", `${real ? "" : 'aws() { aws-stand-in "$@"; }; '}${command}`], { env });
      }
    },
    end: () => dropFolder(bin),
  };
}

export async function auditAs(store: DesiredStore<StoreState>, endpoint: string, { accessKey, secretKey }: Pick<CephKeys, "accessKey" | "secretKey">, timeoutMs = 10_000): Promise<Audited> {
  const reading = await s3Audit.read({ store: store.store, endpoint, user: accessKey, password: secretKey, plain: true, timeoutMs }, store.state);
  const { items, unknown } = s3Audit.items(store.state, reading);
  const coverage = [...reading.coverage, ...unknown];
  return { differences: compareItems(items, reading.items, coverage), coverage, reading };
}
