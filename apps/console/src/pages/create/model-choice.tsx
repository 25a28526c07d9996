import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.js';
import type { Page, ShortModel } from '../../api/types.js';

/** Most models that are offered. */
const OFFERED = 500;

interface Props {
  value: string | undefined;
  error: string | undefined;
  onChange(id: string | undefined): void;
}

/** Chooses the model of a phone, by brand. */
export function ModelChoice({ value, error, onChange }: Props) {
  const { data } = useQuery({
    queryKey: ['models'],
    queryFn: () => ask<Page<'sipPhoneModels', ShortModel>>('GET', '/pbx/sipphonemodels', { query: { limit: OFFERED } }),
  });
  const brands = new Map<string, { value: string; label: string }[]>();
  for (const { _id, brandName, model } of data?.sipPhoneModels ?? []) {
    brands.set(brandName, [...(brands.get(brandName) ?? []), { value: _id, label: `${brandName} ${model}` }]);
  }
  return (
    <Select
      name="sipPhoneModel"
      label="Model"
      withAsterisk
      placeholder="Brand or name"
      data={[...brands].map(([group, items]) => ({ group, items }))}
      value={value ?? null}
      error={error}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      limit={200}
      nothingFoundMessage="No such model"
    />
  );
}
