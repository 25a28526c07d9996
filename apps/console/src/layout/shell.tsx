import {
  ActionIcon,
  AppShell,
  Burger,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { Icon, type IconName } from '../parts/icons.js';
import { useScope } from '../session/scope.js';
import * as session from '../session/session.js';
import { ConnectionBanner, ConnectionState } from './connection.js';
import { CustomerChoice } from './customer-choice.js';
import classes from './shell.module.css';

const PAGES: { path: string; title: string; icon: IconName; isForEditors?: true }[] = [
  { path: '/', title: 'Fleet', icon: 'fleet' },
  { path: '/create', title: 'Create', icon: 'create', isForEditors: true },
  { path: '/security', title: 'Security', icon: 'security' },
  { path: '/calls', title: 'Calls', icon: 'calls' },
];

/** What is around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const [location] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when another page opens
  useEffect(close, [location]);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 176, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'xs', sm: 'md' }}
    >
      <a href="#page" className="skip">
        Skip to the page
      </a>
      <AppShell.Header className={classes.header}>
        <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
        <span className={classes.brand}>
          <img src="/console/icon.svg" width={22} height={22} alt="" />
          <span className={classes.name}>Ringfence</span>
        </span>
        <CustomerChoice />
        <span className={classes.spacer} />
        <ConnectionState />
        <Account />
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label="Pages">
        <Pages location={location} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function Pages({ location }: { location: string }) {
  const { mayEdit } = useScope();
  return PAGES.filter(({ isForEditors }) => mayEdit || !isForEditors).map(({ path, title, icon }) => {
    const isHere = path === '/' ? location === '/' || location.startsWith('/phones/') : location.startsWith(path);
    return (
      <Link key={path} href={path} className={classes.link} aria-current={isHere ? 'page' : undefined}>
        <Icon name={icon} />
        {title}
      </Link>
    );
  });
}

function Account() {
  const { identity } = useScope();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <>
      <Text size="sm" c="dimmed" className={classes.who}>
        {identity.name} · {identity.level.toLowerCase()}
      </Text>
      <Tooltip label={`Make it ${other}`}>
        <ActionIcon variant="default" aria-label={`Make it ${other}`} onClick={() => setColorScheme(other)}>
          <Icon name={other === 'dark' ? 'moon' : 'sun'} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Sign out">
        <ActionIcon variant="default" aria-label="Sign out" onClick={() => session.end('signed_out')}>
          <Icon name="leave" />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
