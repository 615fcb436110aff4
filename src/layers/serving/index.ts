import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type ServingPlatform, type ServingState, servingPlatform, servingState } from "./state.ts";

/** Users and rules of tenants in serving stores. See docs/serving.md. */
export const servingLayer: Layer<ServingState, ServingPlatform> = { name: "serving", tenantState: servingState, renderTenant, platformState: servingPlatform, renderPlatform };
