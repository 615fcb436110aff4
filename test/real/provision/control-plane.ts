import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlaneClient, type ControlPlaneData, connectControlPlane } from "./client.ts";
import { type ControlPlanePrograms, kubernetesVersion, provisionControlPlane } from "./kubernetes.ts";
import { dropFolder, freePorts, ownFolder, type RunningServer, retryPorts, startServer, waitReady } from "./server.ts";

/** What differs from a control plane of defaults. */
export interface ControlPlaneOptions {
  /** More flags of kube-apiserver; a later flag wins. */
  readonly apiserverArgs?: readonly string[];
  /** More flags of kube-controller-manager; a later flag wins. */
  readonly controllerManagerArgs?: readonly string[];
  /** Rules of an audit policy: the server then writes what it was asked, and `readAuditLog` reads it. */
  readonly auditRules?: readonly object[];
}

/** A control plane of its own: etcd, kube-apiserver and kube-controller-manager. */
export interface ControlPlane extends ControlPlaneClient {
  /** The plain data with which a worker connects (`connectControlPlane`). */
  readonly data: ControlPlaneData;
  /** Ends all three servers and removes their folder. */
  stop(): Promise<void>;
}

const loopback = "127.0.0.1";

/** The environment without settings that etcd would read. */
function plainEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ETCD_")));
}

function writeKubeconfig(folder: string, user: string, url: string, caFile: string, token: string): string {
  const path = join(folder, `${user}.kubeconfig`);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "real", cluster: { server: url, "certificate-authority": caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "real", context: { cluster: "real", user } }],
    "current-context": "real",
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

interface Secrets {
  readonly adminToken: string;
  readonly managerToken: string;
  readonly tokenFile: string;
  readonly signingKey: string;
  readonly verifyKey: string;
}

function writeSecrets(folder: string): Secrets {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const signingKey = join(folder, "service-account.key");
  const verifyKey = join(folder, "service-account.pub");
  writeFileSync(signingKey, pair.privateKey, { mode: 0o600 });
  writeFileSync(verifyKey, pair.publicKey);
  const [adminToken, managerToken] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const tokenFile = join(folder, "tokens.csv");
  const manager = "system:kube-controller-manager";
  writeFileSync(tokenFile, `${adminToken},admin,admin,system:masters\n${managerToken},${manager},${manager}\n`, {
    mode: 0o600,
  });
  return { adminToken, managerToken, tokenFile, signingKey, verifyKey };
}

async function startEtcd(program: string, folder: string, ports: [number, number]): Promise<[RunningServer, string]> {
  const [client, peer] = ports.map((port) => `http://${loopback}:${port}`) as [string, string];
  const server = await startServer({
    name: "etcd",
    command: program,
    folder,
    env: plainEnv(),
    args: [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
    ],
  });
  return [server, client];
}

function apiserverArgs(folder: string, port: number, etcdUrl: string, secrets: Secrets): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${loopback}`,
    `--advertise-address=${loopback}`,
    "--endpoint-reconciler-type=none", // A loopback address cannot be an endpoint.
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, "certs")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${secrets.verifyKey}`,
    `--service-account-signing-key-file=${secrets.signingKey}`,
    `--token-auth-file=${secrets.tokenFile}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true", // As on a real cluster: PodSecurity has to refuse, not this flag.
    "--service-cluster-ip-range=10.0.0.0/16",
    "--enable-priority-and-fairness=false",
    "--max-requests-inflight=2000",
    "--max-mutating-requests-inflight=1000",
  ];
}

function managerArgs(kubeconfig: string, caFile: string, secrets: Secrets): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${secrets.signingKey}`,
    `--root-ca-file=${caFile}`,
    "--use-service-account-credentials=true",
    "--leader-elect=false",
    "--secure-port=0",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--controllers=*,-nodeipam,-nodelifecycle", // There are no nodes.
  ];
}

/** Flags with which the server writes a line for each request before it answers. */
function auditArgs(folder: string, log: string, rules: readonly object[]): string[] {
  const file = join(folder, "audit-policy.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "Policy", omitStages: ["RequestReceived"], rules }));
  return [`--audit-policy-file=${file}`, `--audit-log-path=${log}`, "--audit-log-mode=blocking"];
}

async function startIn(
  folder: string,
  programs: ControlPlanePrograms,
  options: ControlPlaneOptions,
  servers: RunningServer[],
): Promise<ControlPlaneClient> {
  const secrets = writeSecrets(folder);
  const [port, etcdClient, etcdPeer] = (await freePorts(3)) as [number, number, number];
  const url = `https://${loopback}:${port}`;
  const caFile = join(folder, "certs", "apiserver.crt");
  const auditLog = join(folder, "audit.log");
  const kubeconfig = writeKubeconfig(folder, "admin", url, caFile, secrets.adminToken);
  const managerConfig = writeKubeconfig(folder, "controller-manager", url, caFile, secrets.managerToken);

  const [etcd, etcdUrl] = await startEtcd(programs.etcd, folder, [etcdClient, etcdPeer]);
  servers.push(etcd);
  await waitReady(etcd, async () => (await fetch(`${etcdUrl}/health`)).ok);

  const apiserver = await startServer({
    name: "kube-apiserver",
    command: programs.apiserver,
    folder,
    args: [
      ...apiserverArgs(folder, port, etcdUrl, secrets),
      ...(options.auditRules === undefined ? [] : auditArgs(folder, auditLog, options.auditRules)),
      ...(options.apiserverArgs ?? []),
    ],
  });
  servers.push(apiserver);
  const data: ControlPlaneData = {
    version: kubernetesVersion(),
    url,
    caFile,
    keyFile: join(folder, "certs", "apiserver.key"),
    tokenKeyFile: secrets.signingKey,
    etcdUrl,
    ...(options.auditRules === undefined ? {} : { auditLog }),
    adminToken: secrets.adminToken,
    kubeconfig,
    kubectlPath: programs.kubectl,
    kubectlCache: join(folder, "kubectl"),
  };
  await waitReady(apiserver, async () => {
    // A new client each time: the server may still be writing the certificate that the client reads.
    const probe = connectControlPlane(data);
    try {
      return (await probe.request("GET", "/readyz")).status === 200;
    } finally {
      probe.close();
    }
  });
  const ready = connectControlPlane(data);

  const manager = await startServer({
    name: "kube-controller-manager",
    command: programs.controllerManager,
    folder,
    args: [...managerArgs(managerConfig, caFile, secrets), ...(options.controllerManagerArgs ?? [])],
  });
  servers.push(manager);
  const account = "/api/v1/namespaces/default/serviceaccounts/default";
  await waitReady(manager, async () => (await ready.request("GET", account)).status === 200);
  return ready;
}

/** Starts a control plane on free loopback ports and waits until its controllers work. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const programs = await provisionControlPlane();
  return retryPorts(async () => {
    const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-control-plane-")));
    const servers: RunningServer[] = [];
    const stop = async () => {
      for (const server of servers.toReversed()) await server.stop();
      dropFolder(folder);
    };
    try {
      const client = await startIn(folder, programs, options, servers);
      const { kubectl, request, close, ...data } = client;
      const end = async () => {
        close();
        await stop();
      };
      return { ...client, data, stop: end };
    } catch (error) {
      await stop();
      throw error;
    }
  });
}
