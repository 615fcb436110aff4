/** PersistentVolumes that wait for, or hold, a claim in somebody's namespace: whoever made one holds what is written to it. */
import type { LiveObject } from "../live/source.ts";
import { isMap } from "../../model/value.ts";

const CONTROLLER_MANAGER = "kube-controller-manager";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
const WANTED_OF = ["volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"];

/** Namespace, name and uid of the claim that a volume is for. */
export function claimOf(volume: LiveObject): { namespace: string; name: string; uid: string | undefined } | undefined {
  const claim = isMap(volume["spec"]) && isMap(volume["spec"]["claimRef"]) ? volume["spec"]["claimRef"] : undefined;
  if (typeof claim?.["namespace"] !== "string" || typeof claim["name"] !== "string") return undefined;
  return { namespace: claim["namespace"], name: claim["name"], uid: typeof claim["uid"] === "string" ? claim["uid"] : undefined };
}

/**
 * Why a volume does not follow from a claim that lives there, in words; undefined when it does: the binder wrote the claim's uid into it, it was made by the
 * provisioner of which the claim wanted it, through that provisioner's driver, and nobody else wrote in it. Claims are judged for themselves.
 */
export function strangeVolume(volume: LiveObject, claims: readonly LiveObject[], tracked: boolean): string | undefined {
  const { namespace, name, uid } = claimOf(volume)!;
  const says = `it is for the claim ${namespace}/${name}`;
  const claim = claims.find(({ metadata }) => metadata.name === name);
  if (!claim) return `${says}, which is not there`;
  if (uid === undefined || claim.metadata.uid !== uid) return `${says}, and was not made for the one that lives there now`;
  const maker = volume.metadata.annotations?.[PROVISIONED_BY];
  if (maker === undefined || !WANTED_OF.some((name) => claim.metadata.annotations?.[name] === maker)) return `${says}, which did not ask ${maker ?? "anybody"} for it`;
  const csi = isMap(volume["spec"]) ? volume["spec"]["csi"] : undefined;
  if (isMap(csi) && csi["driver"] !== maker) return `${says}, and its driver ${String(csi["driver"])} is not ${maker}`;
  const writers = new Set((volume.metadata.managedFields ?? []).filter(({ manager, fieldsV1 }) => manager !== CONTROLLER_MANAGER && fieldsV1 !== undefined && "f:spec" in fieldsV1).map(({ manager }) => manager ?? ""));
  if (tracked && writers.size !== 1) return writers.size === 0 ? `${says}, and nothing says who made it` : `${says}, and more than its maker wrote in it: ${[...writers].sort().join(", ")}`;
  const person = [...writers].find((manager) => manager.startsWith("kubectl"));
  return person === undefined ? undefined : `${says}, and ${person} claims to have written it`;
}
