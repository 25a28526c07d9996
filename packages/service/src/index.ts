export { parseJson } from './json.js';
export { createLog, type Logger } from './log.js';
export { Networks } from './networks.js';
export { EXIT_SETTINGS, type ProcessDefinition, runProcess } from './process.js';
export { RateLimit } from './rate-limit.js';
export {
  describeSettings,
  readSettings,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  SettingsError,
} from './settings.js';
