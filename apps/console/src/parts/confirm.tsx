import { Button, Group, Modal, Text } from '@mantine/core';
import { useState } from 'react';

interface Question {
  title: string;
  /** What will happen. */
  warning: string;
  /** The word on the button. */
  label: string;
}

/** Asks before something is done that can't be taken back. The dialog is to be placed in the page. */
export function useConfirm() {
  const [asked, setAsked] = useState<Question & { answer(isSure: boolean): void }>();
  const confirm = (question: Question) =>
    new Promise<boolean>((resolve) => {
      setAsked({
        ...question,
        answer: (isSure) => {
          setAsked(undefined);
          resolve(isSure);
        },
      });
    });
  const dialog = (
    <Modal
      opened={asked !== undefined}
      onClose={() => asked?.answer(false)}
      title={asked?.title}
      size="sm"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm">{asked?.warning}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" data-autofocus onClick={() => asked?.answer(false)}>
          Cancel
        </Button>
        <Button color="pink.8" onClick={() => asked?.answer(true)}>
          {asked?.label}
        </Button>
      </Group>
    </Modal>
  );
  return { confirm, dialog };
}
