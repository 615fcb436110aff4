import { defineConfig } from "vitest/config";
import { testScale } from "./test/real/provision/budget.ts";
import { atHand, CONTRACTS } from "./test/support/shared.ts";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/real/**"], testTimeout: 60_000 * testScale() } },
      { test: { name: "real", include: ["test/real/**/*.test.ts"], exclude: atHand(CONTRACTS) ? [] : ["test/real/contracts/**"], globalSetup: ["test/real/setup.ts"], testTimeout: 300_000 * testScale(), hookTimeout: 900_000, fileParallelism: false } },
    ],
  },
});
