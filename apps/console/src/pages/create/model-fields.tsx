import type { Model } from '../../api/types.js';
import { Panel } from '../../parts/panel.js';
import classes from './create-page.module.css';
import type { Draft } from './draft.js';
import { FieldInput } from './field-input.js';
import { sectionsOf, shownFields } from './fields.js';
import { SoftkeyEditor } from './softkey-editor.js';

interface Props {
  draft: Draft;
  model: Model;
  customer: string | undefined;
  change(changed: Partial<Draft>): void;
  errorOf(path: string): string | undefined;
}

/** The part of the form that follows from the model. */
export function ModelFields({ draft, model, customer, change, errorOf }: Props) {
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
