// `npm run drachtio`: installs what is missing, then runs the embedded drachtio server alone.
import { install, ROOT } from './install.js';

install({});
await import(new URL('packages/drachtio/dist/main.js', `file://${ROOT}`).href);
