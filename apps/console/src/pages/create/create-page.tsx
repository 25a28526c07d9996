import { Alert, Button, Group } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Model } from '../../api/types.js';
import { FenceFields } from '../../parts/fence-fields.js';
import { PageTitle } from '../../parts/page-title.js';
import { Panel } from '../../parts/panel.js';
import { RemoteSelect } from '../../parts/remote-select.js';
import { useScope } from '../../session/scope.js';
import { useModel } from '../phone/use-phone.js';
import classes from './create-page.module.css';
import { CurlPanel } from './curl-panel.js';
import { bodyOf, type Draft, EMPTY, shownPaths } from './draft.js';
import { ModelChoice } from './model-choice.js';
import { ModelFields } from './model-fields.js';
import { useCreating } from './use-creating.js';

/** Makes a phone: the form asks for what its model can have. */
export function CreatePage() {
  const { one: customer, identity } = useScope();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const { data: model } = useModel(draft.model);
  const body = bodyOf(draft, model, customer);
  const { create, isSaving, error, errorOf, elsewhere } = useCreating(knownPaths(draft, model));
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const form = useRef<HTMLFormElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await create(body);
  };

  return (
    <>
      <PageTitle apart>Create a phone</PageTitle>
      <div className={classes.page}>
        <form ref={form} className={classes.form} onSubmit={submit} noValidate>
          {customer === undefined && (
            <Alert color="indigo">
              Choose at the top of the page whose phone it is
              {identity.customerName && `: it is of ${identity.customerName} otherwise`}.
            </Alert>
          )}
          {elsewhere.length > 0 && (
            <Alert color="red" title="The phone was not created" role="alert">
              {elsewhere.join('. ')}
            </Alert>
          )}
          <Panel title="Phone">
            <div className={classes.fields}>
              <ModelChoice
                value={draft.model}
                error={errorOf('sipPhoneModel')}
                onChange={(id) => change({ model: id, softkeys: [] })}
              />
              <RemoteSelect
                {...{ label: 'Extension', path: '/pbx/extension', many: 'extensions', customer }}
                name="extension"
                placeholder="None yet"
                value={draft.extension}
                error={errorOf('extension')}
                onChange={(extension) => change({ extension })}
              />
            </div>
          </Panel>
          <Panel title="Fence">
            <FenceFields value={draft.fence} onChange={(fence) => change({ fence })} errorOf={errorOf} />
          </Panel>
          {model && <ModelFields {...{ draft, model, customer, change, errorOf }} />}
          <Group>
            <Button type="submit" size="sm" loading={isSaving}>
              Create the phone
            </Button>
          </Group>
        </form>
        <CurlPanel body={body} />
      </div>
    </>
  );
}

/** The paths whose errors are shown at a field. */
function knownPaths(draft: Draft, model: Model | undefined): Set<string> {
  const ip = { OPEN: [], LOCKED: ['ip.address'], ROAMING: ['ip.countries'] }[draft.fence.mode];
  const keys = draft.softkeys.flatMap((_, at) =>
    ['index', 'function', 'value', 'label'].map((name) => `softkeys[${at}].${name}`),
  );
  const own = model === undefined ? [] : [...shownPaths(draft, model), ...keys];
  return new Set(['sipPhoneModel', 'extension', 'ip.mode', ...ip, ...own]);
}
