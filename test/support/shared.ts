/** What lies beside the checkout and is no part of it: published CRDs and data contracts that nobody wrote for this project. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const beside = (folder: string): string => resolve(import.meta.dirname, "../../../shared", folder);

/** The folder of published CRDs; tests of real components take `operatorCrds` instead, which has a way without it. */
export const CRDS = beside("crds");
/** The folder of data contracts. Nothing can stand for it: without it, tests of real contracts do not exist. */
export const CONTRACTS = beside("contracts");

/** Whether a folder lies beside the checkout. */
export const atHand = (folder: string): boolean => existsSync(folder);
