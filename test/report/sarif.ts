import { expect } from "vitest";

/** What the OASIS schema of SARIF 2.1.0 requires at every level, and what GitHub does. */
type Any = any;

export function expectSarif(log: Any, rule: RegExp): void {
  expect(log.version).toBe("2.1.0");
  expect(log.$schema).toMatch(/^https:\/\/docs\.oasis-open\.org\/.*sarif-schema-2\.1\.0\.json$/);
  for (const run of log.runs) {
    expect(run.tool.driver.name).toBe("bulkhead");
    for (const one of run.tool.driver.rules) expect(one).toMatchObject({ id: expect.stringMatching(rule), shortDescription: { text: expect.stringMatching(/./) }, help: { text: expect.stringMatching(/./) }, defaultConfiguration: { level: expect.stringMatching(/^(error|warning)$/) } });
    for (const invocation of run.invocations) {
      expect(typeof invocation.executionSuccessful).toBe("boolean");
      for (const note of invocation.toolExecutionNotifications) expect(note.message.text).toMatch(/./);
    }
    for (const result of run.results) {
      expect(result.message.text).toMatch(/./);
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result.locations).toHaveLength(1);
      for (const { physicalLocation: { artifactLocation, region } } of [...result.locations, ...(result.relatedLocations ?? [])]) {
        expect(artifactLocation.uri).toMatch(/^[A-Za-z0-9_.~!*'()/%-]+$/);
        if (region) for (const n of [region.startLine, region.startColumn]) expect(n).toBeGreaterThanOrEqual(1);
      }
    }
  }
}
