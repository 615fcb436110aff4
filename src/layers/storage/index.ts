import { storagePrerequisites } from "./prerequisites.ts";
import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type StoragePlatformState, type StorageState, storagePlatformState, storageState } from "./state.ts";

/** Buckets, users and bucket policies on Ceph. */
export const storageLayer: Layer<StorageState, StoragePlatformState> = {
  name: "storage", tenantState: storageState, renderTenant, platformState: storagePlatformState, renderPlatform,
  prerequisites: storagePrerequisites,
};
