/** Users, where the auditor may see them: by user-info-without-keys=read on a Ceph that has it. */
import type { LiveItem } from "../../model/plane.ts";
import { inTurn } from "../../model/turns.ts";
import { uidsOf, userOf } from "./answers.ts";
import { AT_ONCE, type Client } from "./client.ts";
import type { StoreState } from "./desired.ts";
import { type Gaps, JSON_FORM, asked, tried } from "./gaps.ts";
import { OTHER_USERS } from "./items.ts";
import { spaceOf } from "./space.ts";

/** Of one page; radosgw's own limit. */
const PAGE = "1000";
const NO_USERS = "no right shows users without their secret keys: Rook's objects cannot give user-info-without-keys=read, and users=read is never given (D26)";
const NO_LIST = "no right lists users without showing their secret keys (users=read, which is never given: D26)";

/** Declared users where they may be seen, and all others that reach a tenant where they may be listed. */
export async function readUsers(client: Client, state: StoreState, gaps: Gaps): Promise<{ items: LiveItem[]; counted: boolean }> {
  const nothing = { items: [], counted: false };
  const blind = (reason: string, also: string = reason): typeof nothing => { gaps.add("user", undefined, reason); gaps.add(OTHER_USERS, undefined, also); return nothing; };
  const uids = await listUids(client, gaps);
  if (typeof uids === "string") return blind(uids);
  if (uids === undefined) {
    const own = await asked(client, gaps, "/admin/user", { uid: state.auditor, ...JSON_FORM });
    if (typeof own === "string") return blind(own);
    if (own.status === 403) return blind(NO_USERS, NO_LIST);
    gaps.add(OTHER_USERS, undefined, NO_LIST);
  }
  const declared = new Map(state.users.map(({ uid, tenant }) => [uid, tenant]));
  const space = spaceOf(state);
  let counted = true;
  const read = async (uid: string): Promise<LiveItem[]> => {
    const gap = (reason: string): LiveItem[] => { gaps.add(declared.has(uid) ? "user" : OTHER_USERS, declared.get(uid), reason); return []; };
    const answer = await asked(client, gaps, "/admin/user", { uid, ...JSON_FORM });
    if (typeof answer === "string") return gap(answer);
    if (answer.code === "NoSuchUser") return [];
    if (answer.status !== 200) return gap(`an answer of another form (status ${answer.status})`);
    return tried(() => {
      const user = userOf(answer.body);
      counted &&= user.counted;
      const place = declared.has(uid) ? { tenant: declared.get(uid) } : space.user(uid, powersOf(user.value));
      return place ? [{ kind: "user", name: uid, ...(place.tenant !== undefined && { tenant: place.tenant }), ...("note" in place && { note: place.note }), value: user.value }] : [];
    }, gap);
  };
  const items = (await inTurn([...new Set([...declared.keys(), ...(uids ?? [])])], AT_ONCE, read)).flat();
  return { items, counted };
}

/** Every uid; undefined where listing is refused; in words why there is no answer. */
async function listUids(client: Client, gaps: Gaps): Promise<string[] | undefined | string> {
  const uids: string[] = [];
  for (let marker: string | undefined; ; ) {
    const answer = await asked(client, gaps, "/admin/user", { list: "", "max-entries": PAGE, ...(marker !== undefined && { marker }), ...JSON_FORM });
    if (typeof answer === "string") return answer;
    if (answer.status === 403 && uids.length === 0) return undefined;
    if (answer.status !== 200) return `an answer of another form (status ${answer.status})`;
    const page = tried<ReturnType<typeof uidsOf> | string>(() => uidsOf(answer.body), (reason) => reason);
    if (typeof page === "string") return page;
    uids.push(...page.uids);
    // A page that says there is more and gives none, or begins again, would never end.
    if (page.marker === undefined) return uids;
    if (page.uids.length === 0 || page.marker === marker) return "a list of users that does not end";
    marker = page.marker;
  }
}

/** What lets a user reach beyond its own. */
function powersOf({ capabilities, system, admin }: LiveItem["value"]): string[] {
  return [...Object.entries(capabilities as Record<string, string>).map(([what, rights]) => `${what}=${rights}`), ...(system === true ? ["a system user"] : []), ...(admin === true ? ["an administrator"] : [])];
}
