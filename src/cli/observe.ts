import type { Observer, Progress, Stage } from "../compile/progress.ts";
import { print } from "./terminal.ts";

/** Milliseconds before a run counts as long, and between two lines. */
const PATIENCE = 1000;
const EVERY = 200;

/** A line about a long run. It must be ended before anything else is printed. */
export interface ProgressLine { /** `text` is asked for only when it is shown; it gets the seconds since the start. */ show(text: (seconds: number) => string): void; end(): void }

/** Tells a person at a terminal how far a long run is, on stderr, in a line that is written over and gone at the end. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()): ProgressLine {
  const start = now();
  let last = start + PATIENCE - EVERY;
  let shown = false;
  return {
    show: (text) => {
      if (!stream.isTTY || now() - last < EVERY) return;
      last = now();
      shown = true;
      print(stream, `\r\u001b[K${text((last - start) / 1000)}`);
    },
    end: () => {
      if (shown) print(stream, "\r\u001b[K");
      shown = false;
    },
  };
}

/** An observer that must be ended before anything else is printed; ending twice prints once. */
export type Watching = Observer & { end: () => void };

/** Shows how far a compilation is, as `progressLine` does, and with `verbose` how long each stage took, anywhere. */
export function observe(verbose: boolean, stream: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()): Watching {
  const start = now();
  const line = progressLine(stream, now);
  const stages = new Map<Stage, number>();
  let ended = false;
  return {
    onProgress: (progress) => line.show((seconds) => compiledText(progress, seconds)),
    onTiming: (stage, ms) => { stages.set(stage, (stages.get(stage) ?? 0) + ms); },
    end: () => {
      line.end();
      if (!verbose || ended) return;
      ended = true;
      for (const [stage, ms] of stages) print(stream, `${stage.padEnd(8)} ${String(Math.round(ms)).padStart(7)} ms\n`);
      print(stream, `${"total".padEnd(8)} ${String(Math.round(now() - start)).padStart(7)} ms\n`);
    },
  };
}

/** `, 400/s`; nothing while nothing is known. */
const rate = (done: number, seconds: number): string => (done > 0 && seconds > 0 ? `, ${Math.round(done / seconds)}/s` : "");

/** `render 1200/10000 tenants, 400/s`. */
const compiledText = ({ stage, done, total }: Progress, seconds: number): string => `${stage} ${done}/${total} tenants${rate(done, seconds)}`;

/** `read 12000 objects, 4000/s`, and of an audit `; compared 300/1500 of git's`. */
export const readText = (objects: number, seconds: number, compared?: { done: number; total: number }): string =>
  `read ${objects} objects${rate(objects, seconds)}${compared ? `; compared ${compared.done}/${compared.total} of git's` : ""}`;
