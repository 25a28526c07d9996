import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../api/client.js';
import type { Extension, Phone } from '../api/types.js';

/** Names hardly ever change. */
const LONG = 5 * 60_000;

/** Leads to a phone by the number and the name of its extension. */
export function PhoneLink({ id }: { id: string }) {
  const { data } = useQuery({ queryKey: ['phone-name', id], queryFn: () => readName(id), staleTime: LONG });
  return (
    <Anchor component={Link} href={`/phones/${id}`} size="sm">
      {data ?? 'The phone'}
    </Anchor>
  );
}

async function readName(id: string): Promise<string> {
  const { extension, macAddress } = await ask<Phone>('GET', `/pbx/sipphone/${id}`);
  if (extension === undefined) return macAddress ?? 'Phone without extension';
  const { number, name } = await ask<Extension>('GET', `/pbx/extension/${extension}`);
  return `${number} ${name}`;
}
