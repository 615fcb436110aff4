import { eventsPrerequisites } from "./prerequisites.ts";
import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type EventsPlatformState, type EventsState, eventsPlatformState, eventsState } from "./state.ts";

/** Topics, users, schemas and quotas on Redpanda. */
export const eventsLayer: Layer<EventsState, EventsPlatformState> = {
  name: "events", tenantState: eventsState, renderTenant, platformState: eventsPlatformState, renderPlatform,
  prerequisites: eventsPrerequisites,
};
