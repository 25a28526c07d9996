import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import classes from './create-page.module.css';
import type { Field } from './fields.js';

interface Props {
  field: Field;
  value: unknown;
  error: string | undefined;
  onChange(value: unknown): void;
}

/** The input of a property. */
export function FieldInput({ field, value, error, onChange }: Props) {
  const { path, label, kind, isRequired = false, hint, min, max, fallback, options = [] } = field;
  const common = { name: path, label, error, withAsterisk: isRequired, description: hint || undefined };
  if (kind === 'flag') {
    return (
      <Switch
        className={classes.flag}
        {...{ name: path, label, error }}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (kind === 'choice') {
    return (
      <Select
        {...common}
        data={options}
        value={(value as string) ?? null}
        onChange={(chosen) => onChange(chosen ?? '')}
        clearable
      />
    );
  }
  if (kind === 'number') {
    return (
      <NumberInput
        {...common}
        // The range is said and not forced: what is wrong, the API says at the field.
        description={min === undefined ? undefined : `${min} to ${max}`}
        placeholder={fallback}
        value={(value as number | string | undefined) ?? ''}
        onChange={onChange}
        hideControls
      />
    );
  }
  if (kind === 'long') {
    return (
      <Textarea
        {...common}
        className={classes.wide}
        autosize
        minRows={2}
        maxRows={6}
        value={(value as string) ?? ''}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput {...common} value={(value as string) ?? ''} onChange={(event) => onChange(event.currentTarget.value)} />
  );
}
