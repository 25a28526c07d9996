export { type Edge, startEdge } from './edge.js';
export type { EdgeOptions } from './edge-options.js';
