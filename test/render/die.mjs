/**
 * Loaded before the command (`--import`): sends a signal at an exact place, once. `DIE` is a pattern of `<call> <path>` of a file system call, of
 * `send <type>` of a message to a child, or of `hear <file>` of the file a child says it runs. `SIGNAL` goes to the process itself, with `WHO=child`
 * to that child. `PIDS` gets the children's numbers.
 */
import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { DIE, SIGNAL, WHO, PIDS } = process.env;
const pattern = new RegExp(DIE || "^$");
const { appendFileSync } = fs;
let done = false;
const reach = (place, pid) => {
  if (done || !pattern.test(place)) return;
  done = true;
  process.kill(WHO === "child" ? pid : process.pid, SIGNAL);
};

for (const name of ["writeFileSync", "openSync", "mkdirSync", "renameSync", "unlinkSync", "rmSync"]) {
  const call = fs[name];
  fs[name] = (...args) => { reach(`${name} ${args[0]}`); return call(...args); };
}
const fork = childProcess.fork;
childProcess.fork = (...args) => {
  const child = fork(...args);
  appendFileSync(PIDS, `${child.pid}\n`);
  const send = child.send;
  child.send = (message, ...rest) => { const sent = send.call(child, message, ...rest); reach(`send ${message.type}`, child.pid); return sent; };
  child.stdio[4].on("data", (text) => { for (const file of String(text).split("\n")) reach(`hear ${file}`, child.pid); });
  return child;
};
syncBuiltinESMExports();
