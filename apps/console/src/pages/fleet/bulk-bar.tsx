import { Button, Group, Menu, Paper, Progress, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useConfirm } from '../../parts/confirm.js';
import { Icon } from '../../parts/icons.js';
import { BULK_ACTIONS, type BulkAction, runBulk } from './bulk.js';

/** What can be done with the phones that are selected; nothing while none is. */
export function BulkBar({ ids, onDone }: { ids: readonly string[]; onDone(): void }) {
  const [running, setRunning] = useState<{ label: string; done: number }>();
  const { confirm, dialog } = useConfirm();
  if (ids.length === 0 && running === undefined) return dialog;

  const start = async ({ label, warning, run }: BulkAction) => {
    if (warning !== undefined && !(await confirm({ title: `${label}: ${counted(ids.length)}`, warning, label })))
      return;
    setRunning({ label, done: 0 });
    const { done, failed } = await runBulk(ids, run, (done) => setRunning({ label, done }));
    setRunning(undefined);
    const reasons = [...failed].map(([reason, count]) => `${counted(count)}: ${reason}`);
    notifications.show({
      title: `${label}: ${counted(done)} done`,
      message: reasons.join('. '),
      color: failed.size > 0 ? 'red' : 'teal',
      autoClose: failed.size > 0 ? false : 5_000,
    });
    onDone();
  };

  return (
    <Paper withBorder px="sm" py={6} bg="var(--change-soft)" role="region" aria-label="Selected phones">
      <Group gap="sm">
        <Text size="sm" fw={550} className="numbers">
          {counted(ids.length)} selected
        </Text>
        {running === undefined ? (
          <>
            <Menu position="bottom-start">
              <Menu.Target>
                <Button rightSection={<Icon name="down" size={14} />}>Do with them</Button>
              </Menu.Target>
              <Menu.Dropdown>
                {BULK_ACTIONS.map((action) => (
                  <Menu.Item key={action.label} onClick={() => void start(action)}>
                    {action.label}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <Button variant="default" onClick={onDone}>
              Select none
            </Button>
          </>
        ) : (
          <Group gap="xs" flex={1} miw={180}>
            <Text size="sm">
              {running.label}: {running.done} of {ids.length}
            </Text>
            <Progress value={(running.done / ids.length) * 100} flex={1} aria-label={running.label} />
          </Group>
        )}
      </Group>
      {dialog}
    </Paper>
  );
}

function counted(n: number): string {
  return `${n} ${n === 1 ? 'phone' : 'phones'}`;
}
