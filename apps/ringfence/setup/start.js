// `npm start`: installs what is missing, then runs everything on this machine.
import { install } from './install.js';

const wantsHelp = process.argv.includes('--help');
install(wantsHelp || process.env.REDIS_URL ? {} : { 'redis-server': 'redis-server' });
await import('../dist/main.js');
