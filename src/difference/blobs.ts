/** Blobs of the object database, streamed: one `git cat-file --batch` child for all of a command's life. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { unreadable } from "./unreadable.ts";

/** Requests that wait in the child's pipe: enough that it never idles, few enough that 64 KiB hold them. */
const AHEAD = 512;
const NEWLINE = 10;

/** Reads blobs by id. Memory holds one blob and what the pipes hold, whatever is asked for: the child writes as fast as it is read. */
export class Blobs {
  readonly #root: string;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #errors = "";
  #source!: AsyncIterator<Buffer>;
  /** What came and was not taken. */
  #rest: Buffer = Buffer.alloc(0);
  #turn: Promise<void> = Promise.resolve();

  constructor(root: string) { this.#root = root; }

  /** Bytes of each blob, in the order of the ids. One reading waits for the end of the one before. Throws BH0011 for what git does not give. */
  async *read(ids: Iterable<string>): AsyncGenerator<Buffer, void> {
    const before = this.#turn;
    let done = (): void => {};
    this.#turn = new Promise((resolve) => { done = resolve; });
    await before;
    const wanted = ids[Symbol.iterator]();
    let open = 0;
    const ask = (): void => {
      const lines: string[] = [];
      for (let next = wanted.next(); !next.done; next = wanted.next()) if (lines.push(next.value) + open >= AHEAD) break;
      if (lines.length > 0) this.#start().stdin.write(`${lines.join("\n")}\n`);
      open += lines.length;
    };
    try {
      for (ask(); open > 0; ) {
        const blob = await this.#answer();
        open--;
        if (open <= AHEAD / 2) ask();
        yield blob;
      }
    } finally {
      // Whoever stops early leaves answers in the pipe.
      if (open > 0) await this.close();
      done();
    }
  }

  /** Texts of blobs, in the order of their ids. */
  async texts(ids: readonly string[]): Promise<string[]> {
    const texts: string[] = [];
    for await (const blob of this.read(ids)) texts.push(blob.toString("utf8"));
    return texts;
  }

  /** Ends the child; a later reading starts another. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    const closed = child.exitCode === null && child.signalCode === null && child.pid !== undefined ? new Promise((resolve) => { child.once("close", resolve); }) : undefined;
    child.stdin.destroy();
    child.stdout.destroy();
    await closed;
  }

  #start(): ChildProcessByStdio<Writable, Readable, Readable> {
    if (this.#child) return this.#child;
    const child = spawn("git", ["cat-file", "--batch"], { cwd: this.#root, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    this.#errors = "";
    this.#rest = Buffer.alloc(0);
    this.#source = (child.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    child.stderr.setEncoding("utf8").on("data", (text: string) => { this.#errors += text; });
    // It ends before it has read everything only when it fails, and says why on its way out.
    child.stdin.on("error", () => {});
    child.on("error", (error) => { this.#errors += error.message; child.stdout.destroy(); });
    return child;
  }

  async #answer(): Promise<Buffer> {
    while (!this.#rest.includes(NEWLINE)) this.#rest = Buffer.concat([this.#rest, await this.#more()]);
    const header = this.#take(this.#rest.indexOf(NEWLINE) + 1).toString("latin1").trimEnd();
    const size = /^[0-9a-f]+ blob ([0-9]+)$/.exec(header)?.[1];
    if (size === undefined) throw unreadable(`said ${header}`);
    const length = Number(size) + 1;
    const parts = [this.#rest];
    for (let have = this.#rest.length; have < length; have += parts.at(-1)!.length) parts.push(await this.#more());
    this.#rest = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    return this.#take(length).subarray(0, -1);
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  async #more(): Promise<Buffer> {
    const child = this.#child!;
    const { value, done } = await this.#source.next();
    if (!done) return value;
    if (child.exitCode === null && child.pid !== undefined) await new Promise((resolve) => { child.once("close", resolve); });
    throw unreadable(`ended with ${child.exitCode ?? child.signalCode ?? "an error"}: ${this.#errors.trim()}`);
  }
}
