import { Button, Group } from '@mantine/core';
import { useLocation } from 'wouter';
import type { Model, Phone } from '../../api/types.js';
import { useConfirm } from '../../parts/confirm.js';
import { Icon } from '../../parts/icons.js';
import { Panel } from '../../parts/panel.js';
import { useDo } from '../../parts/use-do.js';

/** What can be done with a phone. */
export function PhoneActions({ phone, model }: { phone: Phone; model: Model | undefined }) {
  const { confirm, dialog } = useConfirm();
  const { act, isBusy } = useDo(['phone', phone._id]);
  const removal = useDo(['fleet']);
  const [, navigate] = useLocation();
  const path = `/pbx/sipphone/${phone._id}`;
  const { sipConfigReload = false, sipReboot = false } = model?.capabilities ?? {};

  const reboot = async () => {
    const warning = 'The phone starts again; a call on it ends.';
    if (!(await confirm({ title: 'Reboot the phone?', warning, label: 'Reboot' }))) return;
    await act('POST', `${path}/reboot`, 'The phone is asked to reboot');
  };
  const remove = async () => {
    const warning = 'Its registrations end, and its credentials open nothing any more.';
    if (!(await confirm({ title: 'Remove the phone?', warning, label: 'Remove' }))) return;
    if ((await removal.act('DELETE', path, 'The phone is removed')) !== undefined) navigate('/');
  };

  return (
    <Panel title="Actions">
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<Icon name="reload" size={14} />}
          disabled={!sipConfigReload || isBusy}
          onClick={() => void act('POST', `${path}/configreload`, 'The phone is asked to reload its configuration')}
        >
          Reload configuration
        </Button>
        <Button
          variant="default"
          leftSection={<Icon name="power" size={14} />}
          disabled={!sipReboot || isBusy}
          onClick={() => void reboot()}
        >
          Reboot
        </Button>
        <Button
          variant="default"
          leftSection={<Icon name="bin" size={14} />}
          disabled={isBusy}
          onClick={() => void remove()}
        >
          Remove
        </Button>
      </Group>
      {model && !(sipConfigReload && sipReboot) && (
        <p className="dim" style={{ margin: '0.5rem 0 0', fontSize: 'var(--mantine-font-size-xs)' }}>
          {model.brandName} {model.model} takes no {sipConfigReload ? 'reboot' : 'reload or reboot'} from here.
        </p>
      )}
      {dialog}
    </Panel>
  );
}
