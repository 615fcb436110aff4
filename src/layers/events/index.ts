import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type EventsPlatformState, type EventsState, eventsPlatformState, eventsState } from "./state.ts";

export { eventsPrerequisites } from "./prerequisites.ts";

/** Topics, users, schemas and quotas on Redpanda. */
export const eventsLayer: Layer<EventsState, EventsPlatformState> = {
  name: "events", tenantState: eventsState, renderTenant, platformState: eventsPlatformState, renderPlatform,
};
