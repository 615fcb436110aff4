/** The minor versions that walls need: below them the server itself shows rows of others (facts: CVE-2024-4317, CVE-2024-10976, CVE-2025-8713). */

/** Least minor version by major; from 18 on every one. */
const FLOOR: Readonly<Record<number, number>> = { 15: 14, 16: 10, 17: 6 };
/** First minor with the fix of each hole. */
const HOLES: readonly (readonly [cve: string, fixed: Readonly<Record<number, number>>])[] = [
  ["CVE-2024-4317", { 15: 7, 16: 3 }],
  ["CVE-2024-10976", { 15: 9, 16: 5, 17: 1 }],
  ["CVE-2025-8713", { 15: 14, 16: 10, 17: 6 }],
];
/** Oldest major version that is read. */
export const OLDEST = 15;

export const majorOf = (version: number): number => Math.floor(version / 10_000);
/** What git asks of the server's version, in words. */
export const wantedVersion = (major: number): string => (FLOOR[major] === undefined ? `${major}, any minor` : `${major}.${FLOOR[major]} or later`);
/** What a server of this `server_version_num` is, in the same words where it is good. */
export function foundVersion(version: number): string {
  const [major, minor] = [majorOf(version), version % 10_000];
  const open = HOLES.filter(([, fixed]) => minor < (fixed[major] ?? 0)).map(([cve]) => cve);
  return open.length === 0 ? wantedVersion(major) : `${major}.${minor}, open to ${open.join(", ")}`;
}
