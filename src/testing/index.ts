/** Helps a team test its own definitions: `import { renderTenant, assertIsolated } from "bulkhead/testing"`. */
export { assertIsolated, type IsolationIssue, isolationIssues } from "./isolation.ts";
export { renderTenant, type RenderedObject, type RenderedTenant, type RenderOptions } from "./render.ts";
