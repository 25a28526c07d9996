import { CATALOGUE } from '@ringfence/phone';
import t from 'tap';
import type { Model } from '../../api/types.js';
import { bodyOf, curlOf, EMPTY, shownPaths } from './draft.js';

const model = (brand: string, name: string) =>
  CATALOGUE.find((each) => each.brand === brand && each.model === name) as Model;
const desk = model('YEALINK', 'T54W');
const soft = CATALOGUE.find(({ brand }) => brand === 'GENERIC') as Model;

t.test('the form asks for what the model can have, and for nothing else', async (t) => {
  const paths = shownPaths(EMPTY, desk);
  for (const path of ['macAddress', 'ringer.volume', 'volume.handset.mic', 'sidePanel', 'network.vlanId']) {
    t.ok(paths.includes(path), path);
  }
  t.notOk(paths.includes('serial'), 'serial numbers are for Grandstream');
  t.notOk(shownPaths(EMPTY, soft).some((path) => path.startsWith('network.')));
  const grandstream = CATALOGUE.find(({ brand }) => brand === 'GRANDSTREAM') as Model;
  t.ok(shownPaths(EMPTY, grandstream).includes('serial'));
});

t.test('addresses are asked for when DHCP gives none, and panels are counted when there are some', async (t) => {
  t.notOk(shownPaths(EMPTY, desk).includes('network.gateway'));
  const values = { ...EMPTY.values, 'network.dhcp': false, sidePanel: 'EXP50' };
  const paths = shownPaths({ ...EMPTY, values }, desk);
  t.ok(paths.includes('network.gateway'));
  t.ok(paths.includes('sidePanelCount'));
});

t.test('what is sent has no empty values, and nothing that another model was given', async (t) => {
  const values = { macAddress: '00156512ABCD', serial: 'x', notes: '', 'ringer.volume': 0, 'network.dhcp': true };
  const body = bodyOf({ ...EMPTY, model: desk._id, values }, desk, undefined);
  t.same(body, {
    ...{ sipPhoneModel: desk._id, macAddress: '00156512ABCD', ringer: { volume: 0 }, network: { dhcp: true } },
    ip: { mode: 'OPEN' },
  });
});

t.test('the fence is sent as its mode needs it', async (t) => {
  const fence = { address: ' 203.0.113.9 ', countries: ['DK', 'SE'] };
  const ip = (mode: 'OPEN' | 'LOCKED' | 'ROAMING') => bodyOf({ ...EMPTY, fence: { ...fence, mode } }, soft, 'c').ip;
  t.same(ip('OPEN'), { mode: 'OPEN' });
  t.same(ip('LOCKED'), { mode: 'LOCKED', address: '203.0.113.9' });
  t.same(ip('ROAMING'), { mode: 'ROAMING', countries: 'DK,SE' });
});

t.test('the command is safe to paste, whatever was entered', async (t) => {
  const command = curlOf({ notes: "Peter's $(phone)" }, 'https://pbx.example');
  t.match(command, "Peter'\\''s $(phone)");
  t.ok(command.startsWith('curl -s https://pbx.example/pbx/sipphone'));
});
