/** Where the merge leaves its metrics: its pod is gone before Prometheus looks, so a Pushgateway keeps them. */
import { ApiObject, JsonPatch, Size } from "cdk8s";
import { NAMESPACES } from "../../model/names.ts";
import { hardened, resources } from "./pod.ts";
import type { Stage } from "./stage.ts";

const IMAGE = "docker.io/prom/pushgateway:v1.11.1";
const NAME = "audit-metrics";
export const METRICS_PORT = 9091;
/** The image's own user. */
const NOBODY = 65534;
/** Where the merge puts them. */
export const METRICS_URL = `http://${NAME}.${NAMESPACES.audit}.svc:${METRICS_PORT}/metrics/job/bulkhead-audit`;

/** Makes Deployment, Service and ServiceMonitor. */
export function auditMetrics(stage: Stage): void {
  const { plus, chart } = stage;
  const labels = stage.labels("metrics");
  const data = plus.Volume.fromEmptyDir(chart, stage.id(), "data", { sizeLimit: Size.mebibytes(64) });
  const deployment = new plus.Deployment(chart, stage.id(), {
    metadata: stage.named(NAME), podMetadata: { labels }, replicas: 1, select: false, automountServiceAccountToken: false,
    securityContext: { user: NOBODY, group: NOBODY, fsGroup: NOBODY, ensureNonRoot: true },
    containers: [{
      name: "pushgateway", image: IMAGE, imagePullPolicy: plus.ImagePullPolicy.IF_NOT_PRESENT,
      // A container that starts anew has what the last one knew.
      args: ["--persistence.file=/data/metrics", "--persistence.interval=15s"], ports: [{ name: "metrics", number: METRICS_PORT }],
      readiness: plus.Probe.fromHttpGet("/-/ready", { port: METRICS_PORT }), liveness: plus.Probe.fromHttpGet("/-/healthy", { port: METRICS_PORT }),
      securityContext: hardened(stage, NOBODY), volumeMounts: [{ path: "/data", volume: data }], resources: resources(stage, [10, 200], [32, 128]),
    }],
  });
  deployment.select(plus.LabelSelector.of({ labels }));
  ApiObject.of(deployment).addJsonPatch(JsonPatch.remove("/spec/template/metadata/labels/cdk8s.io~1metadata.addr"));
  new plus.Service(chart, stage.id(), { metadata: stage.named(NAME), selector: plus.Pods.select(chart, stage.id(), { labels }), ports: [{ name: "metrics", port: METRICS_PORT, targetPort: METRICS_PORT }] });
  new ApiObject(chart, stage.id(), {
    apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor", metadata: stage.named(NAME),
    spec: { selector: { matchLabels: stage.named(NAME).labels }, endpoints: [{ port: "metrics", interval: "30s" }] },
  });
}
