import { MultiSelect, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { IpMode } from '../api/types.js';
import { COUNTRIES, countryName } from '../words/countries.js';
import type { FenceValue } from '../words/fence.js';

const MODES: { value: IpMode; label: string; means: string }[] = [
  { value: 'OPEN', label: 'Open', means: 'Anywhere, until its first contact locks it to that address.' },
  { value: 'LOCKED', label: 'Locked', means: 'From one address only.' },
  { value: 'ROAMING', label: 'Roaming', means: 'From the countries chosen.' },
];

const OPTIONS = COUNTRIES.map((value) => ({ value, label: countryName(value) })).sort((a, b) =>
  a.label.localeCompare(b.label),
);

interface Props {
  value: FenceValue;
  onChange(value: FenceValue): void;
  /** What is wrong with a property, by its path. */
  errorOf(path: string): string | undefined;
  disabled?: boolean;
  /** Stands below the address. */
  beside?: ReactNode;
}

/** From where a phone may connect. */
export function FenceFields({ value, onChange, errorOf, disabled = false, beside }: Props) {
  const { mode, address, countries } = value;
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        aria-label="Mode"
        data={MODES}
        value={mode}
        disabled={disabled}
        onChange={(chosen) => onChange({ ...value, mode: chosen as IpMode })}
      />
      <Text size="xs" c="dimmed">
        {MODES.find((each) => each.value === mode)?.means}
      </Text>
      {errorOf('ip.mode') && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {errorOf('ip.mode')}
        </Text>
      )}
      {mode === 'LOCKED' && (
        <TextInput
          label="Address"
          placeholder="203.0.113.9"
          value={address}
          disabled={disabled}
          error={errorOf('ip.address')}
          onChange={(event) => onChange({ ...value, address: event.currentTarget.value })}
        />
      )}
      {mode === 'LOCKED' && beside}
      {mode === 'ROAMING' && (
        <MultiSelect
          label="Countries"
          placeholder={countries.length === 0 ? 'Denmark, Sweden…' : ''}
          data={OPTIONS}
          value={countries}
          disabled={disabled}
          error={errorOf('ip.countries')}
          onChange={(chosen) => onChange({ ...value, countries: chosen })}
          searchable
          hidePickedOptions
          limit={100}
        />
      )}
    </Stack>
  );
}
