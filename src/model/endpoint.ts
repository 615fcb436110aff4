/** Where a URL leads, as a network policy has to know it. */

export interface Endpoint {
  protocol: "http" | "https" | "ssh";
  host: string;
  port: number;
  /** Of the Service, where the host is a name inside the cluster. */
  namespace?: string;
}

const PORTS: Readonly<Record<Endpoint["protocol"], number>> = { http: 80, https: 443, ssh: 22 };

/** Reads an http, https or ssh URL, or git's short form `user@host:path`; undefined for anything else. */
export function endpointOf(url: string): Endpoint | undefined {
  const short = /^[^/:@\s]+@([^/:@\s]+):(?!\/\/)/.exec(url);
  const parsed = short ? new URL(`ssh://${short[1]}`) : URL.canParse(url) ? new URL(url) : undefined;
  const protocol = parsed?.protocol.slice(0, -1) as Endpoint["protocol"];
  if (!parsed || parsed.hostname === "" || !Object.hasOwn(PORTS, protocol)) return undefined;
  const namespace = /(?:^|\.)([^.]+)\.svc(?:\.|$)/.exec(parsed.hostname)?.[1];
  return { protocol, host: parsed.hostname, port: Number(parsed.port || PORTS[protocol]), ...(namespace !== undefined && { namespace }) };
}
