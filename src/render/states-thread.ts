/** Entry point of a thread that looks at folders. */
import { parentPort, workerData } from "node:worker_threads";
import { answer, type StateQuestion } from "./states.ts";

parentPort!.postMessage(answer(workerData as StateQuestion[]));
