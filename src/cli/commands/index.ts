import { registerAudit } from "./audit.ts";
import { registerCheck } from "./check.ts";
import type { Register } from "./command.ts";
import { registerDiff } from "./diff.ts";
import { registerExplain } from "./explain.ts";
import { registerCompletion } from "./completion.ts";
import { registerImport } from "./import.ts";
import { registerInit } from "./init.ts";
import { registerNew } from "./new.ts";
import { registerReport } from "./report.ts";
import { registerSnapshot } from "./snapshot.ts";
import { registerSynth } from "./synth.ts";

/** Every command, in the order of `--help`. A new one is a file beside this and a line here. */
export const commands: readonly Register[] = [
  registerInit,
  registerNew,
  registerCheck,
  registerSynth,
  registerDiff,
  registerExplain,
  registerImport,
  registerAudit,
  registerSnapshot,
  registerReport,
  registerCompletion,
];
