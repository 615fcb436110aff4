import fc from "fast-check";
import { expect, test } from "vitest";
import { CATEGORIES, join, joinAll, LEVELS, normalSensitivity, PUBLIC, RESTRICTED } from "../../src/model/classification.ts";
import type { Sensitivity } from "../../src/model/fleet.ts";
import { suiteCount } from "../real/provision/budget.ts";

const sensitivity: fc.Arbitrary<Sensitivity> = fc.tuple(fc.constantFrom(...LEVELS), fc.option(fc.constantFrom(...CATEGORIES), { nil: undefined }), fc.subarray(["a@x", "b@x", "c@x"]))
  .map(([level, category, principals]) => normalSensitivity(level, category, principals));
const runs = { numRuns: suiteCount("unit", "sensitivities") };
/** a is at or below b: b adds everything a asks for. */
const below = (a: Sensitivity, b: Sensitivity): boolean => JSON.stringify(join(a, b)) === JSON.stringify(b);

test("the join is associative, commutative and idempotent", () => {
  fc.assert(fc.property(sensitivity, sensitivity, sensitivity, (a, b, c) => {
    expect(join(join(a, b), c)).toEqual(join(a, join(b, c)));
    expect(join(a, b)).toEqual(join(b, a));
    expect(join(a, a)).toEqual(a);
    expect(join(a, PUBLIC)).toEqual(a);
  }), runs);
});

test("adding an input never lowers an output", () => {
  fc.assert(fc.property(fc.array(sensitivity), sensitivity, (inputs, more) => {
    expect(below(joinAll(inputs), joinAll([...inputs, more]))).toBe(true);
  }), runs);
});

test("restricted to nobody is the top but for the mask", () => {
  fc.assert(fc.property(sensitivity, (a) => {
    expect(join(a, RESTRICTED)).toMatchObject({ level: "restricted", principals: [] });
  }), runs);
});
