// `npm test`: installs what is missing, then runs every test (or the files given).
import { install } from './install.js';

install({
  'redis-server': 'redis-server',
  sipp: 'sip-tester',
  baresip: 'baresip',
  sipsak: 'sipsak',
  chromium: 'chromium',
  rtpengine: 'rtpengine-daemon',
});
await import('../../../test/dist/run.js');
