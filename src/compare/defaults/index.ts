import type { KubeObject } from "../types.ts";
/** The object as kube-apiserver stores it where git is silent. */
export const withBuiltInDefaults = <T extends KubeObject>(object: T): T => object;
