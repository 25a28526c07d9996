export * from './fence.js';
export * from './types.js';
