import { dirname } from "node:path";
import { provisionDebianBinary } from "./debian.ts";

/** Where the programs of a small Ceph are. `ceph-mon` stands for ceph-base and ceph-common, which it depends on. */
export interface CephPrograms { readonly mon: string; readonly osd: string; readonly radosgw: string; /** Folder of ceph, radosgw-admin, ceph-authtool and monmaptool. */ readonly tools: string }

/** Ceph's programs: on PATH, else from Debian's packages `ceph-mon`, `ceph-osd` and `radosgw` (as root; no service is started). */
export async function provisionCeph(): Promise<CephPrograms> {
  const mon = await provisionDebianBinary("ceph-mon", "ceph-mon");
  const osd = await provisionDebianBinary("ceph-osd", "ceph-osd");
  const radosgw = await provisionDebianBinary("radosgw", "radosgw");
  return { mon, osd, radosgw, tools: dirname(mon) };
}
