/** Schedules, and the shortest and longest time between two runs in minutes. A test on the API server tries the same list. */
export const SCHEDULES: readonly [schedule: string, shortest: number, longest: number][] = [
  ["*/30 * * * *", 30, 30], ["* * * * *", 1, 1], ["@hourly", 60, 60], ["@daily", 1440, 1440], ["@weekly", 10_080, 10_080], ["@monthly", 28 * 1440, 31 * 1440], ["@yearly", 365 * 1440, 366 * 1440],
  ["*/25 * * * *", 10, 25], ["5,50 * * * *", 15, 45], ["10-20/5 * * * *", 5, 50], ["50/5 * * * *", 5, 55], ["0 22-23 * * *", 60, 23 * 60], ["0 0 * * MON-fri", 1440, 3 * 1440], ["0 0 29 FEB ?", 1461 * 1440, 1461 * 1440],
  ["0 0 1 * 1", 1440, 7 * 1440], ["0 0 1-31 * 1", 1440, 1440], ["0 0 */1 * 1", 10_080, 10_080], ["0 0 */2 * 1", 1440, 2 * 1440], ["  0   12 * * *  ", 1440, 1440],
];
/** What no API server takes for a schedule. */
export const NO_SCHEDULES = ["", "often", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 * ", "* * * * 7", "*/0 * * * *", "5-1 * * * *", "1-2-3 * * * *", "1/2/3 * * * *", "-1 * * * *", "a * * * *", "1.5 * * * *", "@every", "@reboot", "* * * foo *"];
