/** The file in which what was sent to Alertmanager is remembered from one audit to the next. */
import { readFile } from "node:fs/promises";
import { replaceFile } from "../replace.ts";
import type { AlertMemory } from "./alerts.ts";

/** Reads it; undefined when there is none yet. A file that cannot be used is as good as none, and said in `notices`. */
export async function readMemory(file: string, cluster: string): Promise<{ memory: AlertMemory | undefined; notices: string[] }> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { memory: undefined, notices: code === "ENOENT" ? [] : [`what was alerted before is unknown: ${file} cannot be read (${code})`] };
  }
  const memory = parse(text);
  if (!memory) return { memory: undefined, notices: [`what was alerted before is unknown: ${file} is no memory of alerts`] };
  if (memory.cluster !== cluster) return { memory: undefined, notices: [`what was alerted before is unknown: ${file} is of another cluster`] };
  return { memory, notices: [] };
}

/** Writes it whole or not at all. */
export const writeMemory = (file: string, memory: AlertMemory): Promise<void> => replaceFile(file, `${JSON.stringify(memory)}\n`);

function parse(text: string): AlertMemory | undefined {
  try {
    const value = JSON.parse(text) as AlertMemory;
    const strings = (record: unknown): boolean => typeof record === "object" && record !== null && Object.values(record).every((item) => typeof item === "string");
    const sound = value.version === 1 && typeof value.cluster === "string" && value.alerts.every(({ id, planes, alert, ended }) =>
      typeof id === "string" && Array.isArray(planes) && strings(alert.labels) && strings(alert.annotations) && !Number.isNaN(Date.parse(alert.startsAt)) && (ended === undefined || !Number.isNaN(Date.parse(ended))));
    return sound ? value : undefined;
  } catch {
    return undefined;
  }
}
