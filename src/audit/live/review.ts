import { parseAnswer, reasonOf, unreadable } from "./answer.ts";
import type { Client } from "./retry.ts";
import { type Attempt, Unreadable } from "./source.ts";

const PATH = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

/** Asks the server's authorizers. Throws Unreadable: an answer that is none is no denial. */
export async function reviewAccess(client: Client, { user, groups, verb, group, resource, namespace }: Attempt, signal?: AbortSignal): Promise<boolean> {
  const resourceAttributes = { verb, group, resource, ...(namespace !== undefined && { namespace }) };
  try {
    const answer = await client.review(PATH, { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec: { user, groups, resourceAttributes } }, signal);
    if (answer.status === 403) throw new Unreadable("forbidden (403): the account needs create on subjectaccessreviews: bind the role bulkhead-auditor-probe (audit.inCluster.probe)");
    if (answer.status !== 201) throw new Unreadable(reasonOf(answer, "subjectaccessreviews"));
    const { status } = parseAnswer(answer) as { status?: { allowed?: unknown; evaluationError?: unknown } };
    if (typeof status?.allowed !== "boolean") throw new Unreadable("the answer is no access review");
    // An authorizer that could not decide says so, and "not allowed" is then no proof.
    if (!status.allowed && typeof status.evaluationError === "string" && status.evaluationError !== "") throw new Unreadable("an authorizer of the server could not decide");
    return status.allowed;
  } catch (error) {
    throw unreadable(error);
  }
}
