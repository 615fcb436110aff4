/** Volumes of pods and persistent volumes. Source: pkg/apis/core/v1/defaults.go, and `+default` of the fields in core/v1/types.go. */
import { pullPolicy } from "./image.ts";
import { type Fields, each, field, fill, fillZero, isAbsent, type Rule, rules, when } from "./rule.ts";

/** Of a field of the pod. */
export const fieldRef: Rule = field("fieldRef", fillZero({ apiVersion: "v1" }));
const downwardItems = each("items", fieldRef);
const mode = fill({ defaultMode: 0o644 });
const azureDisk = fill({ cachingMode: "ReadWrite", fsType: "ext4", readOnly: false, kind: "Shared" });

/** Sources that a pod's volume and a PersistentVolume share. */
const shared: Rule = rules(
  field("azureDisk", azureDisk),
  field("hostPath", fill({ type: "" })),
  field("iscsi", fillZero({ iscsiInterface: "default" })),
  field("rbd", fillZero({ pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" })),
);

/** SetDefaults_PersistentVolumeClaimSpec. */
export const claimSpec: Rule = fill({ volumeMode: "Filesystem" });

const hasNoSource = (volume: Fields): boolean => Object.entries(volume).every(([name, value]) => name === "name" || isAbsent(value));

/** One entry of a pod's `volumes`: without a source it is an emptyDir. */
export const volume: Rule = rules(
  when(hasNoSource, fill({ emptyDir: {} })),
  shared,
  field("scaleIO", fillZero({ storageMode: "ThinProvisioned", fsType: "xfs" })),
  field("image", pullPolicy("pullPolicy", "reference")),
  field("secret", mode),
  field("configMap", mode),
  field("downwardAPI", rules(mode, downwardItems)),
  field("projected", rules(mode, each("sources", rules(
    field("downwardAPI", downwardItems),
    field("serviceAccountToken", fill({ expirationSeconds: 3600 })),
  )))),
  field("ephemeral", field("volumeClaimTemplate", field("spec", claimSpec))),
);

/** A PersistentVolume's spec. Source: SetDefaults_PersistentVolume. */
export const persistentVolumeSpec: Rule = rules(
  shared,
  field("scaleIO", fillZero({ storageMode: "ThinProvisioned", fsType: "xfs" })),
  fillZero({ persistentVolumeReclaimPolicy: "Retain" }),
  fill({ volumeMode: "Filesystem" }),
);
