/** `bulkhead check --watch`: answers after every save. */
import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { compile } from "../compile/compile.ts";
import { Spares } from "../compile/spares.ts";
import { count, countsText } from "../report/report.ts";
import { problemsText } from "../report/problems.ts";
import { failure, printFailure } from "./failure.ts";
import { UsageError } from "./options.ts";
import { exitOf } from "./outcome.ts";
import { print, useColor } from "./terminal.ts";

/** Milliseconds in which an editor's several events for one save arrive. */
const SETTLE = 15;

export interface WatchOptions { root: string; asOf: string; /** The run ends when it fires; Ctrl-C does the same with exit code 130. */ signal?: AbortSignal }

/** Checks now and after every change below tenants/, until Ctrl-C. */
export async function watchCheck({ root, asOf, signal }: WatchOptions): Promise<number> {
  if (!existsSync(join(root, "tenants"))) throw new UsageError("BH2010", "there is no folder tenants/ here", "run bulkhead where package.json and tenants/ are, or give --cwd");
  const spares = new Spares(root);
  let wake = (): void => {};
  let changed: number | undefined;
  let exit: number | undefined;
  const stop = (code: number) => (): void => { exit = code; wake(); };
  const interrupted = stop(130);
  process.once("SIGINT", interrupted);
  signal?.addEventListener("abort", stop(0));
  const watcher = watch(join(root, "tenants"), { recursive: true }, () => { changed ??= performance.now(); wake(); });
  watcher.on("error", (error) => { printFailure(failure(error)); stop(2)(); });
  try {
    for (let since = performance.now(); exit === undefined; ) {
      const text = await answer(root, asOf, spares, since);
      // Ctrl-C reaches the processes that render too: what they then fail to do is no news.
      if (exit !== undefined) break;
      print(process.stderr, text);
      await spares.fill().catch((error: unknown) => { if (exit === undefined) throw error; });
      while (changed === undefined && exit === undefined) await new Promise<void>((resolve) => { wake = resolve; });
      if (exit !== undefined) break;
      since = changed!;
      await new Promise((resolve) => { setTimeout(resolve, SETTLE); });
      changed = undefined;
    }
    return exit ?? 130;
  } finally {
    process.off("SIGINT", interrupted);
    watcher.close();
    spares.end();
  }
}

async function answer(root: string, asOf: string, spares: Spares, since: number): Promise<string> {
  const { problems, tenants, count: files, remember } = await compile({ root, asOf, output: { to: "nothing" }, worker: () => spares.take() }).catch((error: unknown) => ({ problems: [failure(error)], tenants: [], count: 0, remember: () => {} }));
  remember(false);
  const clear = process.stderr.isTTY ? "\u001b[2J\u001b[3J\u001b[H" : "";
  const found = problems.length > 0 ? `${problemsText(problems, root, useColor(process.stderr))}\n` : "";
  const verdict = exitOf(problems) === 0 ? `${count(tenants.length, "tenant")}, ${count(files, "file")}: all checks passed` : countsText(problems);
  return `${clear}${found}${verdict} (${Math.round(performance.now() - since)} ms); watching tenants/\n`;
}
