declare module "jsonpatch" {
  const jsonpatch: { apply_patch(document: unknown, patch: unknown): unknown };
  export default jsonpatch;
}
