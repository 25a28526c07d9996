import t from 'tap';
import { CATALOGUE } from './catalogue.js';
import type { Brand, Model } from './model.js';
import { notifyEvent } from './notify.js';

t.test('each vendor is asked in its own words, by the model and never by the MAC address', (t) => {
  const table: [Brand, model: string, configreload: string | undefined, reboot: string | undefined][] = [
    ['SNOM', 'D785', 'check-sync;reboot=false', 'check-sync;reboot=true'],
    ['SNOM', 'M300', 'check-sync;reboot=true', 'check-sync;reboot=true'],
    ['MITEL', '6739i', 'check-sync', 'check-sync;reboot=true'],
    ['YEALINK', 'T46S', 'check-sync', 'check-sync;reboot=true'],
    ['CISCO', 'SPA504G', 'resync', 'reboot_now'],
    ['GRANDSTREAM', 'GXP2170', 'resync', 'check-sync;reboot=true'],
    ['GIGASET', 'N510 IP PRO', 'check-sync', undefined],
    ['GENERIC', 'Softphone', undefined, undefined],
  ];
  for (const [brand, name, configreload, reboot] of table) {
    const model = CATALOGUE.find((one) => one.brand === brand && one.model === name) as Model;
    t.ok(model, `${brand} ${name}`);
    t.equal(notifyEvent(model, 'configreload'), configreload, `${name} configreload`);
    t.equal(notifyEvent(model, 'reboot'), reboot, `${name} reboot`);
  }
  t.end();
});

t.test('every phone that fetches its configuration can be asked to do so', (t) => {
  for (const model of CATALOGUE.filter(({ capabilities }) => capabilities.provision)) {
    t.ok(notifyEvent(model, 'configreload'), model.model);
  }
  t.end();
});
