/** One circuit breaker a target: what is down is asked a few times, not as long as the audit runs, and never holds up the others. */
import { BrokenCircuitError, CircuitState, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleType, retry, wrap } from "cockatiel";
import { StoreUnreadable } from "../../model/plane.ts";

/** Times a target is asked before it counts as down; milliseconds until it is asked again. */
const [ATTEMPTS, PAUSE, REST] = [3, 200, 5000];

export interface Breaker {
  readonly state: "closed" | "open" | "half-open";
  /** Runs it, again where the target says nothing. Rejects with StoreUnreadable of the last attempt, or at once while the circuit is open. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function openBreaker({ pause = PAUSE, rest = REST }: { pause?: number; rest?: number } = {}): Breaker {
  const unreadable = handleType(StoreUnreadable);
  const breaker = circuitBreaker(unreadable, { halfOpenAfter: rest, breaker: new ConsecutiveBreaker(ATTEMPTS) });
  const policy = wrap(retry(unreadable, { maxAttempts: ATTEMPTS - 1, backoff: new ExponentialBackoff({ initialDelay: pause }) }), breaker);
  return {
    get state() { return breaker.state === CircuitState.Closed ? "closed" : breaker.state === CircuitState.HalfOpen ? "half-open" : "open"; },
    run: async (work, signal) => {
      try {
        return await policy.execute(work, signal);
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw new StoreUnreadable(`it did not answer ${ATTEMPTS} times in a row, and is left alone for a moment`);
        throw error;
      }
    },
  };
}
