import { ActionIcon, Button, CopyButton, Group, Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { Phone } from '../../api/types.js';
import { useConfirm } from '../../parts/confirm.js';
import { Icon } from '../../parts/icons.js';
import { Panel } from '../../parts/panel.js';
import { useDo } from '../../parts/use-do.js';
import classes from './phone-page.module.css';

const RESET = `The phone gets a new username and password. The old ones stay valid until it has used the new ones, or for a
day: a phone that fetches its configuration notices nothing, any other must be told.`;

/** What a phone registers with; hidden until it is asked for. */
export function Credentials({ phone, mayEdit }: { phone: Phone; mayEdit: boolean }) {
  const [isShown, setShown] = useState(false);
  const { confirm, dialog } = useConfirm();
  const { act, isBusy } = useDo(['phone', phone._id]);
  const reset = async () => {
    if (!(await confirm({ title: 'Reset the credentials?', warning: RESET, label: 'Reset' }))) return;
    await act('POST', `/pbx/sipphone/${phone._id}/resetcredentials`, 'The phone has new credentials');
  };
  return (
    <Panel
      title="Credentials"
      aside={
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<Icon name="eye" size={14} />}
          aria-expanded={isShown}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
        </Button>
      }
    >
      <dl className={classes.facts}>
        <Secret name="Username" value={phone.username} isShown={isShown} />
        {phone.password !== undefined && <Secret name="Password" value={phone.password} isShown={isShown} />}
      </dl>
      {mayEdit && (
        <Button
          variant="default"
          mt="sm"
          leftSection={<Icon name="key" size={14} />}
          loading={isBusy}
          onClick={() => void reset()}
        >
          Reset credentials
        </Button>
      )}
      {dialog}
    </Panel>
  );
}

function Secret({ name, value, isShown }: { name: string; value: string; isShown: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Group gap={6} wrap="nowrap">
          <span className="mono">{isShown ? value : '••••••••••••••••'}</span>
          {isShown && (
            <CopyButton value={value}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? 'Copied' : `Copy the ${name.toLowerCase()}`}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="xs"
                    aria-label={`Copy the ${name.toLowerCase()}`}
                    onClick={copy}
                  >
                    <Icon name="copy" size={12} />
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          )}
        </Group>
      </dd>
    </>
  );
}
