/** Credentials go to nobody whose certificate is not checked. The server is Debian's, which speaks TLS; its `openssl` comes with it. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import type { StoreAccess } from "../../../src/model/plane.ts";
import { makeTenant, platform } from "../../layers/database/fleet.ts";
import { fleetTree } from "../../layers/database/tree.ts";
import { openTemporaryFolder, postgresUser } from "../provision/postgres-programs.ts";
import { Stage } from "./stage.ts";

const folder = mkdtempSync(join(openTemporaryFolder(), "bulkhead-tls-"));
/** A certificate that signs itself, for one name. */
function certificate(name: string, san: string): { key: string; cert: string } {
  const [key, cert] = ["key", "crt"].map((end) => join(folder, `${name}.${end}`)) as [string, string];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", `/CN=${name}`, "-addext", `subjectAltName=${san}`, "-keyout", key, "-out", cert], { stdio: "ignore" });
  chmodSync(key, 0o600);
  const user = postgresUser();
  if (user) { chmodSync(folder, 0o711); for (const file of [key, cert]) chownSync(file, user.uid, user.gid); }
  return { key, cert };
}
const [right, other] = [certificate("right", "IP:127.0.0.1"), certificate("other", "DNS:elsewhere.example")];

let stage: Stage;
beforeAll(async () => { stage = await Stage.start(15, fleetTree(platform, "prod-eu", [], [{ ...makeTenant("acme", {}, []), domains: [] }]), { ssl: "on", ssl_cert_file: right.cert, ssl_key_file: right.key }); });
afterAll(async () => { await stage.stop(); rmSync(folder, { recursive: true }); });
const read = (rest: Partial<StoreAccess>): Promise<string> => postgresAudit.read(stage.access({ plain: false, ...rest }), stage.store.state).then(({ coverage }) => (coverage.every((c) => c.state !== "unknown") ? "read" : "unknown"), (error: unknown) => (error as Error).message);

test("an authority that signed it is believed", async () => { expect(await read({ ca: readFileSync(right.cert, "utf8") })).toBe("read"); });
test("the system's authorities did not sign it", async () => { expect(await read({})).toBe("the server's certificate is not trusted"); });
test("another authority did not sign it", async () => { expect(await read({ ca: readFileSync(other.cert, "utf8") })).toBe("the server's certificate is not trusted"); });
test("a certificate of another name", async () => {
  const stranger = await Stage.start(15, stage.tree, { ssl: "on", ssl_cert_file: other.cert, ssl_key_file: other.key });
  try {
    expect(await postgresAudit.read(stranger.access({ plain: false, ca: readFileSync(other.cert, "utf8") }), stranger.store.state).catch((error: unknown) => (error as Error).message)).toBe("the server's certificate is not trusted");
  } finally { await stranger.stop(); }
});
