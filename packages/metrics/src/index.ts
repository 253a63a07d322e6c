export { MetricsServer, metricsServer } from './metrics-server.js';
export type { MetricsServerOptions } from './options.js';
export type { Feed, LoopSample, Sample } from './sample.js';
