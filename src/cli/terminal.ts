/** Colour only on a terminal, and never against NO_COLOR. */
export const useColor = (stream: NodeJS.WriteStream): boolean => Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";

/** Writes text, ignoring a reader that has gone (`| head`). */
export function print(stream: NodeJS.WriteStream, text: string): void {
  stream.on("error", (error: NodeJS.ErrnoException) => { if (error.code !== "EPIPE") throw error; });
  stream.write(text);
}
