/** Sums a V8 CPU profile by place. */
interface Frame { id: number; callFrame: { functionName: string; url: string } }

/** A package, a folder of build/, or a part of Node: never a path of this machine. */
function place({ functionName, url }: Frame["callFrame"]): string {
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!build\/)/.exec(url)?.[1];
  if (dependency && dependency !== "bulkhead") return dependency;
  const own = /\/build\/((?:layers\/)?[^/]+)\//.exec(url)?.[1];
  if (own) return `build/${own}`;
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(program)") return "native code outside JavaScript";
  if (functionName === "spawnSync") return "waiting for another program";
  if (url === "" && /^(write|read|mkdir|rename|l?stat|open|close|fsync|unlink|rm|rmdir|internalModuleStat|existsSync)/.test(functionName)) return "file system calls";
  return url === "" || url.startsWith("node:") ? "Node itself (modules, type stripping, hashes)" : "other";
}

/** Largest first; shares of the time in which the process was not idle. */
export function profile(text: string, most = 12): [where: string, share: number][] {
  const { nodes, samples, timeDeltas } = JSON.parse(text) as { nodes: Frame[]; samples: number[]; timeDeltas: number[] };
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((sample, i) => {
    const frame = frames.get(sample)!;
    if (frame.functionName === "(idle)") return;
    busy += timeDeltas[i]!;
    times.set(place(frame), (times.get(place(frame)) ?? 0) + timeDeltas[i]!);
  });
  return [...times].sort(([, a], [, b]) => b - a).slice(0, most).map(([where, time]) => [where, time / busy]);
}
