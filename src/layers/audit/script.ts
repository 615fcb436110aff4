/**
 * What the steps of the two Jobs run, the same on every platform: what differs comes from the environment. Credentials are files of one step
 * only, and go to programs on a pipe or by file name, never as arguments.
 */

import { createHash } from "node:crypto";

/**
 * A run is the number that the CronJob controller ends its Jobs' names with: minutes since 1970 of the time that was due, so that the Jobs of two
 * CronJobs with one schedule know each other without asking the API server.
 */
const RUN = 'run=${JOB_NAME##*-}';

/** Git over ssh or https, from a key in /git; `set` in each step that may fetch. */
const GIT = `export HOME=/scratch/home GIT_TERMINAL_PROMPT=0
mkdir -p "$HOME"
case $REPOSITORY in
  https://*)
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper
    export GIT_CONFIG_VALUE_0='!f() { [ "$1" = get ] && printf "username=%s\\npassword=%s\\n" "$(cat /git/username)" "$(cat /git/password)"; }; f'
    ;;
  *) export GIT_SSH_COMMAND="ssh -i /git/ssh-privatekey -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/git/known_hosts" ;;
esac`;

/** Clones without blobs, then fetches those of this cluster and of what declared them in one request: git would ask for each alone. */
export const CLONE = `set -eu
${GIT}
rm -rf /scratch/repo
if [ "$REVISION" = HEAD ]; then set --; else set -- --branch "$REVISION"; fi
git clone --quiet --filter=blob:none --no-checkout --single-branch "$@" -- "$REPOSITORY" /scratch/repo
cd /scratch/repo
git ls-tree -r --object-only HEAD -- "$TREE/$CLUSTER" "$DEFINITIONS" | sort -u > /scratch/blobs
[ ! -s /scratch/blobs ] || git -c fetch.negotiationAlgorithm=noop fetch --quiet --no-tags --no-write-fetch-head --recurse-submodules=no --filter=blob:none --stdin origin < /scratch/blobs
echo "$(($(wc -l < /scratch/blobs))) files of $(git rev-parse HEAD)"
`;

/** Audits one shard. Findings (1) and what could not be read (3) are reports to be delivered, not failures of the Job. */
export const AUDIT = `set -eu
${GIT}
mkdir -p /scratch/out
cd /scratch/repo
code=0
bulkhead audit --cluster "$CLUSTER" --ref HEAD --in-cluster --shard "$JOB_COMPLETION_INDEX/$SHARDS" \${PROBE:+--probe} --format json > /scratch/out/report.json || code=$?
case $code in 0|1|3) ;; *) exit "$code" ;; esac
`;

/** A request that is made once only, for curl to make again when it should. */
const RETRY = "--retry 4 --retry-connrefused";

/** Prints the status. The key pair is two files in /bucket; what is sent is hashed here, because older releases of curl sign an empty body. */
const S3 = `quoted() { sed 's/[\\\\"]/\\\\&/g' "$1"; }
s3() { # KEY SHA256 CURL-ARGUMENTS
  key=$1 sum=$2; shift 2
  printf 'user = "%s:%s"\\n' "$(quoted /bucket/accessKey)" "$(quoted /bucket/secretKey)" |
    curl -sS -K - --aws-sigv4 "aws:amz:$BUCKET_REGION:s3" -H "x-amz-content-sha256: $sum" -w '%{http_code}' --connect-timeout 10 --max-time 300 "$@" "$BUCKET_URL/$key"
}
`;
const PUT = `put() { # FILE KEY
  status=$(s3 "$2" "$(sha256sum "$1" | cut -d ' ' -f 1)" -o /tmp/answer -T "$1" ${RETRY}) || status="nothing ($status)"
  case $status in 200|201|204) ;; *) echo "PUT $2: the bucket answered $status" >&2; return 1 ;; esac
}
`;
const GET = `get() { # KEY FILE CURL-ARGUMENTS: 1 when there is none; a bucket that lists nothing says 403 of what is not there
  object=$1 file=$2; shift 2
  status=$(s3 "$object" ${createHash("sha256").digest("hex")} -o "$file.part" "$@") || { echo "GET $object: no answer" >&2; return 2; }
  case $status in
    200) mv "$file.part" "$file" ;;
    403|404) return 1 ;;
    *) echo "GET $object: the bucket answered $status" >&2; return 2 ;;
  esac
}`;

/** Writes a shard's report to the bucket. */
export const DELIVER = `set -eu
${RUN}
${S3}${PUT}put /scratch/out/report.json "audit/$CLUSTER/$run/$JOB_COMPLETION_INDEX/report.json"
`;

/** Waits for the shards' reports, as long as they may take; what has not come by then is missing. Then the memory of the run before. */
export const FETCH = `set -eu
${RUN}
${S3}${GET}
mkdir -p /scratch/in
end=$(($(date +%s) + WAIT))
while :; do
  missing= index=0
  while [ "$index" -lt "$SHARDS" ]; do
    [ -f "/scratch/in/$index.json" ] || get "audit/$CLUSTER/$run/$index/report.json" "/scratch/in/$index.json" || missing="$missing $index"
    index=$((index + 1))
  done
  [ -n "$missing" ] && [ "$(date +%s)" -lt "$end" ] || break
  sleep "$PAUSE"
done
[ -z "$missing" ] || echo "run $run: no report of shard$missing within $WAIT s" >&2
code=0
get "audit/$CLUSTER/state.tar" /scratch/state.tar ${RETRY} || code=$?
case $code in 0) ;; 1) echo "no memory of an earlier run" >&2 ;; *) exit 1 ;; esac
`;

/** Joins the reports, ages them by what earlier runs found, tells every Alertmanager, writes metrics and memory. A peer that is down (3) is told the next time; it keeps nobody else waiting. */
export const MERGE = `set -eu
${RUN}
mkdir -p /scratch/out /scratch/state
[ ! -f /scratch/state.tar ] || tar -xf /scratch/state.tar -C /scratch/state
set --
for report in /scratch/in/*.json; do [ ! -f "$report" ] || set -- "$@" "$report"; done
[ "$#" -gt 0 ] || { echo "run $run: no shard delivered a report" >&2; exit 2; }
code=0
bulkhead report merge "$@" --state /scratch/state/audits --format json > /scratch/out/report.json || code=$?
case $code in 0|1|3) ;; *) exit "$code" ;; esac
set --
for url in $ALERTMANAGERS; do set -- "$@" --alertmanager "$url"; done
code=0
bulkhead report send /scratch/out/report.json "$@" --memory /scratch/state/alerts.json --metrics /scratch/state/metrics.prom --interval "$INTERVAL" --runbooks "$RUNBOOKS" --report-url "$BUCKET_URL/audit/$CLUSTER/$run/report.json" || code=$?
case $code in 0|3) ;; *) exit "$code" ;; esac
tar -cf /scratch/out/state.tar -C /scratch/state .
`;

/** Delivers what the merge made. Metrics hold the last success of whenever it was, so they replace what the last run left. */
export const PUBLISH = `set -eu
${RUN}
${S3}${PUT}failed=0
put /scratch/out/report.json "audit/$CLUSTER/$run/report.json" || failed=1
put /scratch/out/state.tar "audit/$CLUSTER/state.tar" || failed=1
curl -sS --fail --connect-timeout 10 --max-time 60 ${RETRY} -T /scratch/state/metrics.prom "$METRICS_URL" || failed=1
exit "$failed"
`;
