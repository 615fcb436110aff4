/** Runs the steps of the rendered pods with this machine's sh, git and curl, in a folder that stands for the pod's volumes. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type CommandResult, run } from "../provision/index.ts";
import { one, type Rendered } from "../../layers/audit/fixture.ts";

export class Pod {
  readonly folder = mkdtempSync(join(tmpdir(), "bulkhead-pod-"));
  readonly #objects: readonly Rendered[];
  readonly #cronJob: string;
  constructor(objects: readonly Rendered[], cronJob: string) {
    this.#objects = objects;
    this.#cronJob = cronJob;
    for (const name of ["scratch", "tmp", "git", "bucket", "bin"]) mkdirSync(join(this.folder, name));
  }
  path(...parts: string[]): string { return join(this.folder, ...parts); }
  write(path: string, text: string): void { writeFileSync(this.path(path), text); }
  /** A program on the step's PATH. */
  program(name: string, text: string): void { this.write(`bin/${name}`, text); chmodSync(this.path("bin", name), 0o755); }
  end(): void { rmSync(this.folder, { recursive: true, force: true }); }

  /** Runs one step with its rendered environment; `env` is what the kubelet adds or this test changes. */
  step(name: string, env: Record<string, string> = {}): Promise<CommandResult> {
    const { initContainers, containers } = one(this.#objects, "CronJob", this.#cronJob).spec.jobTemplate.spec.template.spec;
    const step = [...initContainers, ...containers].find((c: any) => c.name === name);
    const own = Object.fromEntries(step.env.flatMap((e: any) => (e.value === undefined ? [] : [[e.name, e.value]])));
    const script = (step.command[2] as string).replace(/(?<![\w.$}*])\/(scratch|tmp|git|bucket)\b/g, `${this.folder}/$1`);
    return run("/bin/sh", ["-c", script], { env: { PATH: `${this.path("bin")}${delimiter}${process.env["PATH"]}`, GIT_CONFIG_NOSYSTEM: "1", ...own, ...env }, allowFail: true });
  }
}
