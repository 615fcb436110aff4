import type { AuditOptions } from "../audit.ts";
import { AUDIT_FORMATS } from "../options.ts";
import { examples, formatOption, liveOptions, many, type Register, sendingOptions } from "./command.ts";

/** `bulkhead audit` */
export const registerAudit: Register = (program, run) => {
  const command = program.command("audit")
    .description("Compare the live platform with git and report every difference as P0. Reads only.")
    .option("--cwd <dir>", "folder of the project", ".")
    .option("--cluster <name>", "cluster of dist/; needed where it holds several")
    .option("--ref <ref>", "git revision whose dist/ is desired", "HEAD")
    .option("--out <dir>", "output folder, below the project", "dist")
    .option("--desired <path>", "folder or file of manifests in place of dist/, - for stdin; once for each", many)
    .option("--live <path>", "a snapshot, or what kubectl get -o yaml wrote, in place of a cluster");
  liveOptions(command)
    .option("--tenant <id...>", "only these tenants")
    .option("--plane <plane...>", "only these planes")
    .option("--probe", "also try effects that change nothing (SelfSubjectAccessReview, ACL DRYRUN, an anonymous request): needs the auditor's second role")
    .option("--shard <i/n>", "one part of the tenants, by hash, from 0; part 0 also has what belongs to no tenant")
    .option("--state <dir>", "folder of what earlier audits found; without it everything is new")
    .option("--write-patches <dir>", "write the RFC 6902 patch that reverts each changed object")
    .option("--report <file>", "also write the report as JSON, whatever is shown")
    .option("--events <target>", "append one CloudEvent to a file, or post it to a URL");
  sendingOptions(command)
    .addOption(formatOption(AUDIT_FORMATS))
    .addHelpText("after", `\nExit codes: 0 clean and complete; 1 findings, or an allow rule that has expired or matches nothing; 2 the call, or dist/, is wrong; 3 nothing found, but something could not be read; 130, 143 stopped by Ctrl-C or SIGTERM: nothing is shown or remembered.\n${examples("bulkhead audit --cluster prod-eu", "bulkhead audit --cluster prod-eu --tenant acme --format markdown      # for a comment", "bulkhead audit --cluster prod-eu --ref origin/main --live snapshot/", "bulkhead audit --desired manifests/ --context staging               # manifests that Bulkhead did not write")}`)
    .action((options: AuditOptions) => run(import("../audit.ts").then(({ audit }) => audit(options))));
};
