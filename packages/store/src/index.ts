export type { Binding, ContactUpdate } from './binding.js';
export * from './bindings.js';
export * from './events.js';
export { keys } from './keys.js';
export { connectRedis } from './redis.js';
export { Script } from './script.js';
export { MASTER_KEY_BYTES, Secrets } from './secrets.js';
