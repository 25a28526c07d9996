import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core';
import type { Model } from '../../api/types.js';
import { Icon } from '../../parts/icons.js';
import { RemoteSelect } from '../../parts/remote-select.js';
import { SOFTKEY_WORDS } from '../../words/softkeys.js';
import classes from './create-page.module.css';
import type { SoftkeyDraft } from './draft.js';

interface Props {
  model: Model;
  /** How many keys there are, with those of side panels. */
  count: number;
  customer: string | undefined;
  softkeys: readonly SoftkeyDraft[];
  onChange(softkeys: readonly SoftkeyDraft[]): void;
  errorOf(path: string): string | undefined;
}

/** The keys of a phone that is being made. */
export function SoftkeyEditor({ model, count, customer, softkeys, onChange, errorOf }: Props) {
  const add = () => {
    const used = new Set(softkeys.map(({ index }) => index));
    const index = Array.from({ length: count }, (_, at) => at).find((at) => !used.has(at)) ?? 0;
    onChange([...softkeys, { index, function: model.softkeyCapabilities[0] ?? '', value: '', label: '' }]);
  };
  const change = (at: number, changed: Partial<SoftkeyDraft>) =>
    onChange(softkeys.map((key, each) => (each === at ? { ...key, ...changed } : key)));
  return (
    <>
      {softkeys.map((softkey, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a key has nothing else that stays
        <fieldset key={at} className={classes.softkey}>
          <legend className="unseen">Softkey {at + 1}</legend>
          <NumberInput
            aria-label="Position"
            value={softkey.index + 1}
            min={1}
            max={count}
            error={errorOf(`softkeys[${at}].index`)}
            onChange={(position) => change(at, { index: Number(position) - 1 })}
          />
          <Select
            aria-label="Function"
            data={model.softkeyCapabilities.map((value) => ({ value, label: SOFTKEY_WORDS[value] ?? value }))}
            value={softkey.function}
            allowDeselect={false}
            error={errorOf(`softkeys[${at}].function`)}
            onChange={(chosen) => change(at, { function: chosen ?? '', value: '' })}
          />
          <Value
            softkey={softkey}
            customer={customer}
            error={errorOf(`softkeys[${at}].value`)}
            onChange={(value) => change(at, { value })}
          />
          {model.softkeyLabels && (
            <TextInput
              aria-label="Label"
              placeholder="Label"
              value={softkey.label}
              error={errorOf(`softkeys[${at}].label`)}
              onChange={(event) => change(at, { label: event.currentTarget.value })}
            />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove softkey ${at + 1}`}
            onClick={() => onChange(softkeys.filter((_, each) => each !== at))}
          >
            <Icon name="close" size={14} />
          </ActionIcon>
        </fieldset>
      ))}
      <Button
        variant="default"
        leftSection={<Icon name="create" size={14} />}
        disabled={softkeys.length >= count}
        onClick={add}
      >
        Add a softkey
      </Button>
    </>
  );
}

/** What the functions take that work with something of the directory. */
const LISTS: Record<string, { label: string; path: string; many: string }> = {
  BLF: { label: 'Extension', path: '/pbx/extension', many: 'extensions' },
  PICKUPGROUP: { label: 'Group', path: '/pbx/group', many: 'groups' },
  QUEUE: { label: 'Queue', path: '/pbx/queue', many: 'queues' },
};

const TEXTS: Record<string, string> = {
  SPEEDDIAL: 'Number',
  URL: 'https://…',
  SWITCH: 'Name of the switch',
  DNDOTHER: 'Id of the phone',
};

interface ValueProps {
  softkey: SoftkeyDraft;
  customer: string | undefined;
  error: string | undefined;
  onChange(value: string): void;
}

function Value({ softkey, customer, error, onChange }: ValueProps) {
  const list = LISTS[softkey.function];
  if (list) {
    return (
      <RemoteSelect
        {...{ ...list, customer, error }}
        hideLabel
        placeholder={list.label}
        value={softkey.value || undefined}
        onChange={(id) => onChange(id ?? '')}
      />
    );
  }
  const placeholder = TEXTS[softkey.function];
  return (
    <TextInput
      aria-label="Value"
      placeholder={placeholder ?? 'Needs no value'}
      disabled={placeholder === undefined && softkey.value === '' && error === undefined}
      value={softkey.value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
