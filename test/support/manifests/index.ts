/** At least one minimal and one filled-in manifest of every built-in kind that people keep in git, and one for each default that depends on other fields. */
import { cluster } from "./cluster.ts";
import { core } from "./core.ts";
import { pods } from "./pod.ts";
import type { Sample } from "./table.ts";
import { workloads } from "./workloads.ts";

export type { Sample } from "./table.ts";
export { IMAGES } from "./pod.ts";

/** All of them, those with a namespace in the one given; bounds (LimitRange, ResourceQuota) in `<namespace>-bounds`. */
export const manifests = (namespace: string): Sample[] => [...core, ...cluster, ...pods, ...workloads].flatMap((table) => table(namespace));
