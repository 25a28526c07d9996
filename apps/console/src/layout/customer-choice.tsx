import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import type { Customer, Page } from '../api/types.js';
import { useCustomer } from '../parts/customer-name.js';
import { ALL, useScope } from '../session/scope.js';

/** Most customers that are offered at a time; more are found by typing. */
const OFFERED = 50;

/** Milliseconds between the last key and the search. */
const TYPING = 200;

/** Chooses whose phones are looked at, for those who look after more than one customer. */
export function CustomerChoice() {
  const { identity } = useScope();
  const isForMany = identity.level === 'ADMIN' || identity.level === 'RESELLER';
  return isForMany ? <Choice /> : <span className="dim">{identity.customerName}</span>;
}

function Choice() {
  const { customer, one, choose } = useScope();
  const { data: chosen } = useCustomer(one);
  const [text, setText] = useState('');
  const [filter] = useDebouncedValue(text, TYPING);
  const { data } = useQuery({
    queryKey: ['customers', filter],
    queryFn: () =>
      ask<Page<'customers', Customer>>('GET', '/customer', { query: { limit: OFFERED, filter: filter || undefined } }),
    placeholderData: keepPreviousData,
  });
  const found = data?.customers ?? [];
  // What is chosen stays on offer, whatever is searched for.
  const offered = chosen && !found.some(({ _id }) => _id === chosen._id) ? [chosen, ...found] : found;
  const options = [
    { value: ALL, label: 'All customers' },
    ...offered.map(({ _id, name }) => ({ value: _id, label: name })),
  ];
  return (
    <Select
      aria-label="Customer"
      data={options}
      value={customer}
      onChange={(value) => choose(value ?? ALL)}
      searchable
      // What is chosen stands in the field: it is no search.
      onSearchChange={(search) => setText(options.some(({ label }) => label === search) ? '' : search)}
      filter={({ options: all }) => all}
      allowDeselect={false}
      w={190}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
    />
  );
}
