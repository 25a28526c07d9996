import { Button, CopyButton } from '@mantine/core';
import { Icon } from '../../parts/icons.js';
import { Panel } from '../../parts/panel.js';
import classes from './create-page.module.css';
import { curlOf } from './draft.js';

/** The command that does what the form does. */
export function CurlPanel({ body }: { body: object }) {
  const command = curlOf(body, window.location.origin);
  return (
    <div className={classes.aside}>
      <Panel
        title="The same as a command"
        aside={
          <CopyButton value={command}>
            {({ copied, copy }) => (
              <Button variant="subtle" size="compact-xs" leftSection={<Icon name="copy" size={14} />} onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        }
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
        <section className={classes.command} tabIndex={0} aria-label="Command">
          <pre className={classes.curl}>{command}</pre>
        </section>
      </Panel>
    </div>
  );
}
