import { defineDomain } from "bulkhead";

export default defineDomain({ topic: { partitions: 12, retention: "14d" } });
