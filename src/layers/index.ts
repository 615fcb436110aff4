import type { Layer } from "./layer.ts";

/** Every layer, in the order in which it is reported. A new layer is a new folder and one line here. */
export const layers: readonly Layer[] = [];
