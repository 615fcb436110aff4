/** States of many folders: asking the system for every file is most of an unchanged run, so the cores share it. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { folderState } from "./state.ts";

/** A folder and the paths of its files below it, one a line. */
export interface StateQuestion { base: string; paths: string }

/** Folders that a thread is worth: it costs as much to start as a thousand files to look at. */
const WORTH = 200;

/** The state of each folder, in order. Only Bulkhead's own code runs in the threads. */
export async function folderStates(questions: readonly StateQuestion[]): Promise<string[]> {
  const parts = Math.max(1, Math.min(availableParallelism(), Math.floor(questions.length / WORTH)));
  const size = Math.ceil(questions.length / parts);
  const slices = Array.from({ length: parts }, (_, i) => questions.slice(i * size, (i + 1) * size));
  const elsewhere = slices.slice(1).map(ask);
  const here = answer(slices[0]!);
  return [...here, ...(await Promise.all(elsewhere)).flat()];
}

/** The states of a slice, in this thread. */
export const answer = (questions: readonly StateQuestion[]): string[] => questions.map(({ base, paths }) => folderState(base, paths.split("\n")));

function ask(questions: readonly StateQuestion[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./states-thread.js", import.meta.url), { workerData: questions });
    thread.once("message", resolve);
    thread.once("error", reject);
  });
}
