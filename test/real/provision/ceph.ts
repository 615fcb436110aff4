import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CephPrograms, provisionCeph } from "./ceph-programs.ts";
import { type CommandResult, run } from "./component.ts";
import { dropFolder, freePorts, ownFolder, type RunningServer, retryPorts, startServer, waitReady } from "./server.ts";

/** An S3 user with its keys. */
export interface CephKeys { readonly uid: string; readonly accessKey: string; readonly secretKey: string }

/** A Ceph of one monitor, one OSD in memory and one radosgw; no manager, no placement of its own. */
export interface CephServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Rook's own user, by its name and its capabilities. */
  readonly operator: CephKeys;
  /** radosgw-admin with this Ceph's configuration, as a shell writes it. */
  readonly adminCommand: string;
  /** Runs radosgw-admin. */
  admin(args: readonly string[], allowFail?: boolean): Promise<CommandResult>;
  /** Ends the servers and removes their folder. */
  stop(): Promise<void>;
}

const host = "127.0.0.1";

/**
 * One copy in memory, without passwords between its own parts: only S3 and the admin API are under test.
 * The OSD does not place itself: it may send that command before it has heard the cluster's id, is refused and ends.
 */
const configuration = (folder: string, fsid: string, [mon, rgw]: readonly [number, number]): string => `[global]
fsid = ${fsid}
mon host = v1:${host}:${mon}
public addr = ${host}
cluster addr = ${host}
keyring = ${folder}/keyring
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 1073741824
rgw max listing results = 5000
rgw thread pool size = 64
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/log/$name.log
pid file = ${folder}/run/$name.pid
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd
osd class update on start = false
osd crush update on start = false
[client.rgw.a]
rgw frontends = beast endpoint=${host}:${rgw}
rgw data = ${folder}/rgw
`;

async function startIn(folder: string, programs: CephPrograms): Promise<Omit<CephServer, "stop"> & { servers: RunningServer[] }> {
  for (const name of ["mon", "osd", "rgw", "run", "log"]) mkdirSync(join(folder, name));
  const [mon, rgw] = (await freePorts(2)) as [number, number];
  const [fsid, osdId] = [randomUUID(), randomUUID()];
  const conf = join(folder, "ceph.conf");
  writeFileSync(conf, configuration(folder, fsid, [mon, rgw]));
  const tool = (name: string, args: readonly string[], allowFail = false) => run(join(programs.tools, name), args, { cwd: folder, allowFail });
  const keyring = join(folder, "keyring");
  await tool("ceph-authtool", ["-C", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"]);
  for (const [name, ...caps] of [["client.admin", "mon", "allow *", "osd", "allow *"], ["osd.0", "mon", "allow *", "osd", "allow *"], ["client.rgw.a", "mon", "allow *", "osd", "allow *"]]) {
    const pairs = [caps.slice(0, 2), caps.slice(2)].flatMap((pair) => ["--cap", ...pair]);
    await tool("ceph-authtool", [keyring, "--gen-key", "-n", name as string, ...pairs]);
  }
  const monmap = join(folder, "monmap");
  await tool("monmaptool", ["--create", "--addv", "a", `[v1:${host}:${mon}]`, "--fsid", fsid, monmap]);
  await run(programs.mon, ["-c", conf, "-i", "a", "--mkfs", "--monmap", monmap, "--keyring", keyring], { cwd: folder });

  const servers: RunningServer[] = [];
  try {
    const start = async (name: string, command: string, args: readonly string[], ready: () => Promise<boolean>): Promise<void> => {
      const server = await startServer({ name, command, args: ["-f", "-c", conf, ...args], folder, stopSignal: "SIGKILL" }); // There is nothing to keep, and an OSD takes its time.
      servers.push(server);
      await waitReady(server, ready);
    };
    const ceph = (args: readonly string[]) => tool("ceph", ["-c", conf, "--connect-timeout", "5", ...args], true);
    await start("ceph-mon", programs.mon, ["-i", "a"], async () => (await ceph(["osd", "new", osdId, "0"])).stdout.trim() === "0");
    await tool("ceph", ["-c", conf, "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=one"]);
    await run(programs.osd, ["-c", conf, "-i", "0", "--mkfs", "--osd-uuid", osdId], { cwd: folder });
    await start("ceph-osd", programs.osd, ["-i", "0"], async () => (await ceph(["osd", "stat"])).stdout.includes("1 up"));
    const endpoint = `http://${host}:${rgw}`;
    await start("radosgw", programs.radosgw, ["-n", "client.rgw.a"], async () => (await fetch(endpoint)).status === 200);
    const admin = (args: readonly string[], allowFail = false) => tool("radosgw-admin", ["-c", conf, ...args], allowFail);
    const operator = { uid: "rgw-admin-ops-user", accessKey: "operator", secretKey: randomUUID() };
    await admin(["user", "create", "--uid", operator.uid, "--display-name", operator.uid, "--caps", "users=*;buckets=*", "--access-key", operator.accessKey, "--secret-key", operator.secretKey]);
    return { endpoint, operator, adminCommand: `${join(programs.tools, "radosgw-admin")} -c ${conf}`, admin, servers };
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
}

/** Last started, first ended: a radosgw without its OSD waits for it. */
async function stopAll(servers: RunningServer[]): Promise<void> {
  for (const server of servers.reverse()) await server.stop();
}

/** Starts Ceph on free loopback ports and waits until S3 answers: about 15 s, below 1 GB. */
export async function startCeph(): Promise<CephServer> {
  const programs = await provisionCeph();
  return retryPorts(async () => {
    const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-ceph-")));
    try {
      const { servers, ...server } = await startIn(folder, programs);
      const stop = async () => {
        await stopAll(servers);
        dropFolder(folder);
      };
      return { ...server, stop };
    } catch (error) {
      dropFolder(folder);
      throw error;
    }
  });
}
