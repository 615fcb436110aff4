#!/usr/bin/env node
// Nothing else may be imported statically: on an older Node this file must still run, to say what is needed.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`bulkhead needs Node 22.18 or newer (it loads TypeScript definitions as they are); this is ${process.versions.node}.`);
  process.exitCode = 2;
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

export {};
