import { Button, Center, Group, Loader, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';

/** Something is being read. */
export function Loading() {
  return (
    <Center mih={160} role="status" aria-label="Loading">
      <Loader size="sm" />
    </Center>
  );
}

/** There is nothing to show, and what that means. */
export function NothingHere({ title, hint, children }: { title: string; hint?: ReactNode; children?: ReactNode }) {
  return (
    <Center mih={140} p="md">
      <Stack gap={4} align="center">
        <Text fw={600}>{title}</Text>
        {hint && (
          <Text size="sm" c="dimmed" ta="center" maw={420}>
            {hint}
          </Text>
        )}
        {children}
      </Stack>
    </Center>
  );
}

/** Something could not be read. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <Center mih={160} p="md" role="alert">
      <Stack gap="xs" align="center">
        <Text fw={600}>
          {error instanceof ApiError && error.status === 404 ? 'Not found' : 'This could not be read'}
        </Text>
        <Text size="sm" c="dimmed" ta="center">
          {explain(error)}
        </Text>
        {retry && (
          <Group>
            <Button variant="default" onClick={retry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Center>
  );
}

/** An error for people. */
export function explain(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  const { description, requestId } = error.body;
  return requestId === undefined ? description : `${description} (request ${requestId})`;
}
