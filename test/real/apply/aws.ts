/** A stand-in for the AWS command line where the machine has none: the commands that the s3 plane prints, with the keys of the environment. */
import { done, lifecycleXml, s3 } from "./s3.ts";

const words = process.argv.slice(2);
const at = (name: string): string => words[words.indexOf(name) + 1] ?? "";
const command = words[words.indexOf("s3api") + 1] ?? "";
const client = s3(at("--endpoint-url"), { accessKey: process.env.AWS_ACCESS_KEY_ID ?? "", secretKey: process.env.AWS_SECRET_ACCESS_KEY ?? "" });
const path = `/${at("--bucket")}`;

const COMMANDS: Readonly<Record<string, () => ReturnType<typeof client>>> = {
  "create-bucket": () => client("PUT", path),
  "put-bucket-policy": () => client("PUT", path, { query: { policy: "" }, body: at("--policy") }),
  "delete-bucket-policy": () => client("DELETE", path, { query: { policy: "" } }),
  "put-bucket-acl": () => client("PUT", path, { query: { acl: "" }, headers: { "x-amz-acl": at("--acl") } }),
  "put-bucket-lifecycle-configuration": () => client("PUT", path, { query: { lifecycle: "" }, body: lifecycleXml(at("--lifecycle-configuration")) }),
  "delete-bucket-lifecycle": () => client("DELETE", path, { query: { lifecycle: "" } }),
  "put-bucket-versioning": () => client("PUT", path, { query: { versioning: "" }, body: `<VersioningConfiguration><Status>${at("--versioning-configuration").replace("Status=", "")}</Status></VersioningConfiguration>` }),
};
const run = COMMANDS[command];
if (!run) throw new Error(`no stand-in for ${command}`);
await done(run());
