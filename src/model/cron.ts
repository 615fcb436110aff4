/** Schedules of CronJobs: what is read here means the same to Kubernetes (robfig/cron's standard parser). Its oddities (`*-5`, empty items, `TZ=`, `@every`) are refused. */

/** The minutes of a day and the days on which a schedule fires. */
export interface Cron {
  /** The five fields; a descriptor is written out. */
  fields: readonly [minute: string, hour: string, day: string, month: string, weekday: string];
  /** Minutes since midnight, ascending. */
  times: readonly number[];
  on(date: Date): boolean;
}

interface Field { from: number; to: number; names?: readonly string[] }
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: readonly Field[] = [{ from: 0, to: 59 }, { from: 0, to: 23 }, { from: 1, to: 31 }, { from: 1, to: 12, names: MONTHS }, { from: 0, to: 6, names: WEEKDAYS }];
const DESCRIPTORS: Readonly<Record<string, string>> = { "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *" };

const numberOf = (text: string, { from, names }: Field): number => {
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at >= 0 ? at + from : /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
};

/** Values of one field; undefined when it is none. */
function valuesOf(text: string, field: Field): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step, ...rest] = part.split("/");
    const [low = "", high, ...more] = range.split("-");
    const star = range === "*" || range === "?";
    const start = star ? field.from : numberOf(low, field);
    // A step after one number runs to the field's end.
    const end = star || (step !== undefined && high === undefined) ? field.to : high === undefined ? start : numberOf(high, field);
    const by = step === undefined ? 1 : /^[0-9]{1,4}$/.test(step) ? Number(step) : Number.NaN;
    if (rest.length + more.length > 0 || !(start >= field.from && end <= field.to && start <= end && by > 0)) return undefined;
    for (let value = start; value <= end; value += by) values.add(value);
  }
  return values;
}

/** Reads a schedule of five fields, or a descriptor such as `@hourly`; undefined when it is none. */
export function parseCron(text: string): Cron | undefined {
  const fields = (DESCRIPTORS[text] ?? text).split(/\s+/).filter((part) => part !== "");
  if (fields.length !== FIELDS.length) return undefined;
  const sets = fields.map((field, i) => valuesOf(field, FIELDS[i]!));
  if (sets.includes(undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = sets as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  const ascending = (set: Set<number>): number[] => [...set].sort((a, b) => a - b);
  const free = (i: number): boolean => fields[i]!.split(",").some((part) => /^[*?](\/0*1)?$/.test(part));
  return {
    fields: fields as unknown as Cron["fields"],
    times: ascending(hours).flatMap((hour) => ascending(minutes).map((minute) => hour * 60 + minute)),
    on: (date) => {
      if (!months.has(date.getUTCMonth() + 1)) return false;
      const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
      // Where both are restricted, either suffices.
      return free(2) || free(4) ? day && weekday : day || weekday;
    },
  };
}

const DAY = 86_400;
/** Long enough for 29 February to come twice. */
const YEARS = 9;

/** Shortest and longest time between two runs, in seconds, in UTC; undefined for a schedule that never fires, such as 30 February. */
export function gapsOf({ times, on }: Cron): { shortest: number; longest: number } | undefined {
  const first = times[0]!;
  const last = times.at(-1)!;
  const inside = times.slice(1).map((time, i) => (time - times[i]!) * 60);
  const across: number[] = [];
  let before: number | undefined;
  for (let day = 0; day < YEARS * 366; day++) {
    if (!on(new Date(day * DAY * 1000))) continue;
    if (before !== undefined) across.push((day - before) * DAY + (first - last) * 60);
    before = day;
  }
  if (across.length === 0) return undefined;
  const all = [...inside, ...across];
  return { shortest: Math.min(...all), longest: all.reduce((a, b) => Math.max(a, b)) };
}
