/** One measurement of a plane: seconds of an audit of one store, the bar where the project has one, and what else is worth a word. */
export interface PlaneRow { what: string; seconds: number; bar?: number; note: string }
