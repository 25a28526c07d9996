import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { Phone } from '../../api/types.js';
import { FenceFields } from '../../parts/fence-fields.js';
import { Icon } from '../../parts/icons.js';
import { Panel } from '../../parts/panel.js';
import { splitCountries } from '../../words/countries.js';
import { type FenceValue, toIp } from '../../words/fence.js';
import { useSaving } from './use-saving.js';

interface Props {
  phone: Phone;
  /** The version that is changed. */
  etag: string | undefined;
  mayEdit: boolean;
}

/** From where a phone may connect, to be changed. */
export function Fence({ phone, etag, mayEdit }: Props) {
  const stored = fromPhone(phone);
  const [value, setValue] = useState(stored);
  const { save, isSaving, errors } = useSaving(phone._id, etag);
  const current = phone.status.publicIpAddress;
  const isChanged = JSON.stringify(toIp(value)) !== JSON.stringify(toIp(stored));
  const drops = phone.status.online && value.mode === 'LOCKED' && current !== undefined && value.address !== current;
  return (
    <Panel title="Fence">
      <FenceFields
        value={value}
        onChange={setValue}
        errorOf={(path) => errors.get(path)}
        disabled={!mayEdit}
        beside={
          mayEdit &&
          current !== undefined &&
          value.address !== current && (
            <Group>
              <Button variant="default" onClick={() => setValue({ ...value, address: current })}>
                Take its current address, {current}
              </Button>
            </Group>
          )
        }
      />
      {drops && isChanged && (
        <Text size="xs" mt="xs" c="var(--warn)">
          The phone is registered from {current}: its registration ends with this.
        </Text>
      )}
      {mayEdit && (
        <Group mt="sm" gap="xs">
          <Button
            disabled={!isChanged}
            loading={isSaving}
            onClick={() => void save(toIp(value), 'The fence is changed')}
          >
            Save
          </Button>
          {isChanged ? (
            <Button variant="default" onClick={() => setValue(stored)}>
              Undo
            </Button>
          ) : (
            <Shortcuts phone={phone} save={save} />
          )}
        </Group>
      )}
    </Panel>
  );
}

/** What is done most often, each by one click. */
function Shortcuts({ phone, save }: { phone: Phone; save(ip: object, done: string): Promise<void> }) {
  const { mode } = phone.ip;
  const current = phone.status.publicIpAddress;
  return (
    <>
      {mode !== 'OPEN' && (
        <Button
          variant="default"
          leftSection={<Icon name="unlock" size={14} />}
          onClick={() => void save({ mode: 'OPEN' }, 'The phone is open')}
        >
          Unlock
        </Button>
      )}
      {mode !== 'LOCKED' && current !== undefined && (
        <Button
          variant="default"
          leftSection={<Icon name="lock" size={14} />}
          onClick={() => void save({ mode: 'LOCKED', address: current }, `The phone is locked to ${current}`)}
        >
          Lock to {current}
        </Button>
      )}
    </>
  );
}

function fromPhone({ ip, status }: Phone): FenceValue {
  return {
    mode: ip.mode,
    address: ip.address ?? status.publicIpAddress ?? '',
    countries: splitCountries(ip.countries),
  };
}
