import type { Manifest } from "../layers/layer.ts";
import type { SourceRef } from "../model/problem.ts";
import type { PlaceKey } from "./effects.ts";
import type { InputKind } from "./inputs.ts";

/** One property that set places of the traced file. Plain JSON: it crosses a process border. */
export interface Cause {
  kind: InputKind | "patch";
  source: SourceRef;
  value: unknown;
  places: PlaceKey[];
  /** Of a patch. */
  reason?: string;
}
/** Everything found about one file. */
export interface Traced {
  /** Below dist/. */
  path: string;
  layer: string;
  /** What the header names. */
  source: SourceRef;
  /** Undefined for a text file. */
  object: Manifest | undefined;
  places: { key: PlaceKey; pointer: string; line?: number; value: unknown }[];
  causes: Cause[];
  /** Properties without which the file would not be there. */
  existence: Omit<Cause, "places">[];
  /** Of an extension: where the construct was made, innermost first, and the places that it brought. */
  created?: { file: string; line: number; column: number }[];
  brought?: PlaceKey[];
  /** Number of properties that were tried. */
  tried: number;
}
