import { Button, CloseButton, Group, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRef } from 'react';
import type { IpMode } from '../../api/types.js';
import { Icon } from '../../parts/icons.js';
import type { FleetView } from './fleet-rows.js';

const STATES = [
  { value: '', label: 'All' },
  { value: 'true', label: 'Online' },
  { value: 'false', label: 'Offline' },
];

const MODES = [
  { value: 'OPEN', label: 'Open' },
  { value: 'LOCKED', label: 'Locked' },
  { value: 'ROAMING', label: 'Roaming' },
];

interface Props {
  view: FleetView;
  /** What is typed, which the view follows after a moment. */
  text: string;
  onText(text: string): void;
  onChange(change: Partial<FleetView>): void;
  total: number | undefined;
}

/** Chooses which phones the table shows. */
export function FleetFilters({ view, text, onText, onChange, total }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  const isFiltered = text !== '' || view.online !== undefined || view.mode !== undefined;
  return (
    <Group gap="xs" role="search">
      <TextInput
        ref={input}
        aria-label="Filter phones"
        placeholder="Extension, MAC, address, note…  ( / )"
        w={{ base: '100%', xs: 270 }}
        leftSection={<Icon name="search" size={14} />}
        rightSection={text !== '' && <CloseButton size="xs" aria-label="Clear the filter" onClick={() => onText('')} />}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (text === '') event.currentTarget.blur();
          else onText('');
        }}
      />
      <SegmentedControl
        aria-label="State"
        data={STATES}
        value={view.online === undefined ? '' : String(view.online)}
        onChange={(value) => onChange({ online: value === '' ? undefined : value === 'true' })}
      />
      <Select
        aria-label="Mode"
        placeholder="Any mode"
        data={MODES}
        value={view.mode ?? null}
        onChange={(value) => onChange({ mode: (value as IpMode | null) ?? undefined })}
        clearable
        w={120}
      />
      {isFiltered && (
        <Button variant="subtle" onClick={() => onChange({ filter: '', online: undefined, mode: undefined })}>
          Clear
        </Button>
      )}
      <Text size="sm" c="dimmed" ml="auto" className="numbers" role="status">
        {total === undefined ? '' : `${total.toLocaleString('en')} ${total === 1 ? 'phone' : 'phones'}`}
      </Text>
    </Group>
  );
}
