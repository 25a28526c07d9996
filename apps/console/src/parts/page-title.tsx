import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';

/** The title of a page, which is that of the window too. */
export function PageTitle({
  children,
  apart = false,
}: {
  children: string /** From what follows. */;
  apart?: boolean;
}) {
  useDocumentTitle(`${children} – Ringfence`);
  return (
    <Title order={1} size="h4" mb={apart ? 'sm' : 0}>
      {children}
    </Title>
  );
}
