import { auditLayer } from "./audit/index.ts";
import { databaseLayer } from "./database/index.ts";
import { eventsLayer } from "./events/index.ts";
import { gitopsLayer } from "./gitops/index.ts";
import type { Layer } from "./layer.ts";
import { observabilityLayer } from "./observability/index.ts";
import { resourcesLayer } from "./resources/index.ts";
import { servingLayer } from "./serving/index.ts";
import { storageLayer } from "./storage/index.ts";

/** Every layer, in the order in which it is reported. A new layer is a new folder and one line here. */
export const layers: readonly Layer[] = [resourcesLayer, databaseLayer, eventsLayer, storageLayer, servingLayer, observabilityLayer, auditLayer, gitopsLayer] as Layer[];
