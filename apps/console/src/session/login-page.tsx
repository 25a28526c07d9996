import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { ask } from '../api/client.js';
import type { Identity } from '../api/types.js';
import { explain } from '../parts/states.js';
import { begin, endReason } from './session.js';

/** Asks for a token, and tries it out. */
export function LoginPage() {
  useDocumentTitle('Ringfence');
  const [error, setError] = useState<string | undefined>(
    endReason() === 'refused' ? 'The token is no longer valid' : undefined,
  );
  const [isTrying, setTrying] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token')).trim();
    if (token === '') return setError('A token is needed');
    setTrying(true);
    try {
      const { level } = await ask<Identity>('GET', '/token/self', { token });
      if (level === 'PERSONAL') setError('A token of this level sees nothing here');
      else begin(token);
    } catch (failure) {
      setError(explain(failure as Error));
    } finally {
      setTrying(false);
    }
  };

  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={380} bg="var(--surface)">
        <form onSubmit={submit}>
          <Stack>
            <div>
              <Title order={1} size="h3">
                Ringfence
              </Title>
              <Text size="sm" c="dimmed">
                Phones, where they are, and who was refused.
              </Text>
            </div>
            <PasswordInput
              name="token"
              label="Token"
              description="Of the management API. It is forgotten when the tab closes."
              size="sm"
              autoComplete="current-password"
              autoFocus
              error={error}
              onChange={() => setError(undefined)}
            />
            <Button type="submit" size="sm" loading={isTrying}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
