// Runs on whatever Node the machine has, before anything is installed: keeps npm start and npm test one command each.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const stamp = "node_modules/.bulkhead-lock";
const digest = createHash("sha256").update(readFileSync("package-lock.json")).update(readFileSync("package.json")).digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== digest) {
  console.error("installing packages (once) …");
  // A caller's own npm settings for its run must not leak into this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_config_(omit|production|include|ignore_scripts)$/i.test(key) && key !== "NODE_ENV"));
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { stdio: ["ignore", 2, 2], env });
  if (result.status !== 0) {
    console.error("npm ci failed: check the network and the registry that npm uses, then run the command again");
    process.exit(result.status ?? 1);
  }
  mkdirSync("node_modules", { recursive: true });
  writeFileSync(stamp, digest);
}
