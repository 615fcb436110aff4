/** The app that `cdk8s synth` runs: the same tree as dist/, in the folder cdk8s names. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compile } from "../compile/compile.ts";
import { hasErrors } from "../model/problem.ts";
import { problemsText } from "../report/problems.ts";

const root = process.cwd();
const out = process.env.CDK8S_OUTDIR ?? ".bulkhead/cdk8s";
const { files, problems } = await compile({ root, asOf: new Date().toISOString().slice(0, 10) });
if (problems.length > 0) console.error(problemsText(problems, root, false));
if (hasErrors(problems)) process.exit(1);
for (const { path, text } of files) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text);
}
