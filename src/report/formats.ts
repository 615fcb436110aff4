import { githubText } from "./github.ts";
import { junitText } from "./junit.ts";
import type { Report } from "./report.ts";
import { sarifText } from "./sarif.ts";

/** Formats of other tools, by the name `--format` knows. */
export const EXCHANGE: Readonly<Record<string, (report: Report) => string>> = { sarif: sarifText, junit: junitText, github: githubText };
