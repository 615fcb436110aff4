/** What `--probe` may ask of an API server beyond reading (D37): a role of its own, bound only where the platform says so. */

/** Asking the authorizer about others is a create, though it stores nothing. */
export const PROBE_RULES = [{ apiGroups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews", "subjectaccessreviews"], verbs: ["create"] }];
