import { Alert, Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiError, ask } from '../../api/client.js';
import type { Model, Phone } from '../../api/types.js';
import { FenceFields } from '../../parts/fence-fields.js';
import { PageTitle } from '../../parts/page-title.js';
import { Panel } from '../../parts/panel.js';
import { RemoteSelect } from '../../parts/remote-select.js';
import { explain } from '../../parts/states.js';
import { useScope } from '../../session/scope.js';
import { useModel } from '../phone/use-phone.js';
import classes from './create-page.module.css';
import { CurlPanel } from './curl-panel.js';
import { bodyOf, type Draft, EMPTY, shownPaths } from './draft.js';
import { FieldInput } from './field-input.js';
import { sectionsOf, shownFields } from './fields.js';
import { ModelChoice } from './model-choice.js';
import { SoftkeyEditor } from './softkey-editor.js';

/** Makes a phone: the form asks for what its model can have. */
export function CreatePage() {
  const { customer, identity } = useScope();
  const isForNobody = customer === undefined && identity.customer === undefined;
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
          {isForNobody && <Alert color="indigo">Choose at the top of the page whose phone it is.</Alert>}
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

interface ModelFieldsProps {
  draft: Draft;
  model: Model;
  customer: string | undefined;
  change(changed: Partial<Draft>): void;
  errorOf(path: string): string | undefined;
}

/** What follows from the model. */
function ModelFields({ draft, model, customer, change, errorOf }: ModelFieldsProps) {
  const { values, softkeys } = draft;
  const panelKeys = (model.sidePanels?.softkeys ?? 0) * (values.sidePanel ? Number(values.sidePanelCount ?? 1) : 0);
  const keys = model.softkeys + panelKeys;
  return (
    <>
      {sectionsOf(model).map((section) => (
        <Panel key={section.title} title={section.title}>
          <div className={classes.fields}>
            {shownFields(section, (path) => values[path]).map((field) => (
              <FieldInput
                key={field.path}
                field={field}
                value={values[field.path]}
                error={errorOf(field.path)}
                onChange={(value) => change({ values: { ...values, [field.path]: value } })}
              />
            ))}
          </div>
        </Panel>
      ))}
      {keys > 0 && (
        <Panel title="Softkeys" aside={<span className="dim">{keys} keys</span>}>
          <SoftkeyEditor
            {...{ model, customer, softkeys, errorOf }}
            count={keys}
            onChange={(changed) => change({ softkeys: changed })}
          />
        </Panel>
      )}
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

function useCreating(known: ReadonlySet<string>) {
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<Error>();
  const [, navigate] = useLocation();
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);

  const create = async (body: object): Promise<void> => {
    setSaving(true);
    setError(undefined);
    try {
      const { _id } = await ask<Phone>('POST', '/pbx/sipphone', { body });
      notifications.show({ message: 'The phone is created', color: 'teal' });
      if (isThere.current) navigate(`/phones/${_id}`);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setSaving(false);
    }
  };

  const violations = error instanceof ApiError ? error.violations : [];
  const atFields = new Map(violations.map(({ message, description }) => [message, description]));
  const elsewhere = violations.filter(({ message }) => !known.has(message)).map(({ description }) => description);
  return {
    ...{ create, isSaving, error },
    errorOf: (path: string) => atFields.get(path),
    elsewhere: error === undefined || error instanceof ApiError ? elsewhere : [explain(error)],
  };
}
