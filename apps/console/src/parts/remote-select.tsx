import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';

/** Most that are offered at a time; more are found by typing. */
const OFFERED = 50;

/** Milliseconds between the last key and the search. */
const TYPING = 200;

interface Named {
  _id: string;
  name?: string;
  number?: string;
}

interface Props {
  label: string;
  /** The path of the list, and the name that the entries have in it. */
  path: string;
  many: string;
  customer: string | undefined;
  value: string | undefined;
  onChange(id: string | undefined): void;
  error?: string | undefined;
  name?: string;
  placeholder?: string;
  hideLabel?: boolean;
}

/** Chooses one of what a list of the API has, however long it is. */
export function RemoteSelect(props: Props) {
  const { label, path, many, customer, value, onChange, error, name, placeholder, hideLabel = false } = props;
  const [text, setText] = useState('');
  const [typed] = useDebouncedValue(text, TYPING);
  const { data } = useQuery({
    queryKey: ['choices', path, customer, typed],
    queryFn: () =>
      ask<Record<string, Named[]>>('GET', path, { query: { customer, limit: OFFERED, filter: typed || undefined } }),
    placeholderData: keepPreviousData,
  });
  const options = (data?.[many] ?? []).map((entry) => ({ value: entry._id, label: wordsOf(entry) }));
  return (
    <Select
      {...(hideLabel ? { 'aria-label': label } : { label })}
      {...{ name, placeholder, error }}
      data={options}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      clearable
      // What is chosen stands in the field: it is no search.
      onSearchChange={(search) => setText(options.some((option) => option.label === search) ? '' : search)}
      filter={({ options: all }) => all}
      nothingFoundMessage="Nothing found"
    />
  );
}

function wordsOf({ number, name }: Named): string {
  return [number, name].filter(Boolean).join(' · ');
}
