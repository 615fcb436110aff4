/** Blocks of addresses that network policies of several layers speak of. */
import type { Cluster } from "./fleet.ts";

/** As NetworkPolicy's `ipBlock`. */
export interface AddressBlock { cidr: string; except?: string[] }

/** Cloud metadata services: whoever reaches them has the node's credentials. */
const METADATA_CIDRS = ["169.254.169.254/32", "fd00:ec2::254/128"] as const;
const isSix = (cidr: string): boolean => cidr.includes(":");

/** Everything outside the cluster: its own pods and services are cut out, so that no tenant is reached, and so are the metadata services. */
export function outsideBlocks({ podCidrs, serviceCidrs }: Pick<Cluster, "podCidrs" | "serviceCidrs">): Required<AddressBlock>[] {
  const inside = [...METADATA_CIDRS, ...podCidrs, ...serviceCidrs];
  return [{ cidr: "0.0.0.0/0", except: inside.filter((cidr) => !isSix(cidr)) }, { cidr: "::/0", except: inside.filter(isSix) }];
}

/** Address of the Service `kubernetes`: the first of the first service range. The whole range where an IPv6 one is not written with `::` at its end. */
export function apiServiceBlock({ serviceCidrs }: Pick<Cluster, "serviceCidrs">): AddressBlock[] {
  const range = serviceCidrs[0];
  if (range === undefined) return [];
  const [address = "", bits] = range.split("/");
  if (isSix(range)) return [{ cidr: address.endsWith("::") ? `${address}1/128` : range }];
  const mask = 2 ** (32 - Number(bits));
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(base / mask) * mask + 1;
  return [{ cidr: `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/32` }];
}
