import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import type { Customer, Page } from '../api/types.js';
import { ALL_CUSTOMERS, useScope } from '../session/scope.js';

/** Most customers that are offered at a time; more are found by typing. */
const OFFERED = 50;

/** Chooses whose phones are looked at, for those who look after more than one customer. */
export function CustomerChoice() {
  const { identity, customer, choose } = useScope();
  const isForMany = identity.level === 'ADMIN' || identity.level === 'RESELLER';
  const [text, setText] = useState('');
  const [filter] = useDebouncedValue(text, 200);
  const { data } = useQuery({
    queryKey: ['customers', filter],
    queryFn: () =>
      ask<Page<'customers', Customer>>('GET', '/customer', { query: { limit: OFFERED, filter: filter || undefined } }),
    placeholderData: keepPreviousData,
    enabled: isForMany,
  });
  if (!isForMany) return <span className="dim">{identity.customerName}</span>;
  const all = { value: ALL_CUSTOMERS, label: 'All customers' };
  const own = identity.customer === undefined ? [] : [{ value: '', label: identity.customerName ?? 'Own' }];
  const selected = customer ?? own[0]?.value ?? all.value;
  const others = (data?.customers ?? []).filter(({ _id }) => _id !== identity.customer);
  return (
    <Select
      aria-label="Customer"
      data={[all, ...own, ...others.map(({ _id, name }) => ({ value: _id, label: name }))]}
      value={selected}
      onChange={(value) => choose(value || undefined)}
      searchable
      onSearchChange={(search) => setText([all, ...own].some(({ label }) => label === search) ? '' : search)}
      filter={({ options }) => options}
      allowDeselect={false}
      w={190}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
    />
  );
}
