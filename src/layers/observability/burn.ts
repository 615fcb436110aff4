import { decimal } from "./decimal.ts";

/** Windows that every availability SLA is recorded over. */
export const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;
type Window = (typeof WINDOWS)[number];

/** One alert of the multi-window multi-burn-rate set for a 30 day period; the factor is in tenths so that it stays an integer. */
export interface BurnAlert { alert: string; factorTenths: number; short: Window; long: Window; hold: string; severity: "critical" | "warning"; budget: string }

/** Pages at 14.4 and 6 times the budget, tickets at 3 and 1. Both windows must burn: the short one ends the alert soon after the cause. */
export const BURN_ALERTS: readonly BurnAlert[] = [
  { alert: "ProductAvailabilityBurnFast", factorTenths: 144, short: "5m", long: "1h", hold: "2m", severity: "critical", budget: "2 % of the 30 day budget within 1 hour" },
  { alert: "ProductAvailabilityBurnHigh", factorTenths: 60, short: "30m", long: "6h", hold: "5m", severity: "critical", budget: "5 % of the 30 day budget within 6 hours" },
  { alert: "ProductAvailabilityBurnRaised", factorTenths: 30, short: "2h", long: "1d", hold: "10m", severity: "warning", budget: "10 % of the 30 day budget within 1 day" },
  { alert: "ProductAvailabilityBurnSlow", factorTenths: 10, short: "6h", long: "3d", hold: "15m", severity: "warning", budget: "10 % of the 30 day budget within 3 days" },
];

/** Denominator of thresholds: ppm times tenths. */
export const THRESHOLD_UNITS = 10_000_000;
/** An error ratio never exceeds 1, so a threshold there could never fire: it stops at 99 %. */
const HIGHEST = 9_900_000;

/** Error ratio at which an alert fires, in ten-millionths. */
export function thresholdUnits(availabilityPpm: number, factorTenths: number): number {
  if (!Number.isInteger(availabilityPpm) || availabilityPpm < 0 || availabilityPpm > 1_000_000) throw new RangeError(`availability out of range: ${availabilityPpm} ppm`);
  return Math.min((1_000_000 - availabilityPpm) * factorTenths, HIGHEST);
}

/** The same as exact decimal text, e.g. 99.9 % and 14.4 -> `0.0144`. */
export const threshold = (availabilityPpm: number, factorTenths: number): string => decimal(thresholdUnits(availabilityPpm, factorTenths), 7);
