import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, ComponentUnavailable, findOnPath, isExecutable, progress } from "./component.ts";
import { buildGo } from "./go.ts";
import { withLock } from "./lock.ts";
import { dropFolder, freePorts, ownFolder, retryPorts, startServer, waitReady } from "./server.ts";

const version = "0.12.1";
const moduleFolder = fileURLToPath(new URL("./prom-label-proxy/", import.meta.url));

/** The path of prom-label-proxy: on PATH, else built once from Go modules. */
export async function provisionLabelProxy(): Promise<string> {
  const name = "prom-label-proxy";
  const folder = join(cacheFolder(), `${name}-${version}`);
  const find = (): string | undefined => [...findOnPath(name), join(folder, name)].find(isExecutable);
  const found = find();
  if (found !== undefined) return found;
  const remedy = `install Go 1.26 or newer, from which it is built, or put ${name} ${version} on PATH`;
  const go = findOnPath("go")[0];
  if (go === undefined) throw new ComponentUnavailable(name, remedy);
  return withLock(name, async () => {
    if (find() === undefined) {
      progress(`${name} ${version}: building from Go modules (a minute, once)`);
      try {
        await buildGo(go, moduleFolder, name, [`github.com/prometheus-community/${name}`], "-s -w", folder);
      } catch (error) {
        throw new ComponentUnavailable(name, remedy, error);
      }
    }
    const built = find();
    if (built === undefined) throw new ComponentUnavailable(name, remedy);
    return built;
  });
}

/** A running prom-label-proxy. */
export interface LabelProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts prom-label-proxy with arguments of its own, without those that say where it listens. */
export function startLabelProxy(program: string, args: readonly string[]): Promise<LabelProxy> {
  return retryPorts(async () => {
    const [port] = await freePorts(1);
    const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-label-proxy-")));
    const server = await startServer({ name: "prom-label-proxy", command: program, args: [...args, `-insecure-listen-address=127.0.0.1:${port}`], folder });
    const stop = async (): Promise<void> => { await server.stop(); dropFolder(folder); };
    const url = `http://127.0.0.1:${port}`;
    try {
      await waitReady(server, async () => (await fetch(`${url}/healthz`)).ok);
      return { url, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  });
}
