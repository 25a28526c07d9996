import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Calm and dense: small type, one accent, colour kept for what needs attention. */
export const THEME = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  // The library's greys, a little bluer, as the grounds in style.css are.
  colors: {
    dark: [
      ...['#dde2e8', '#b8c0ca', '#a2abb7', '#8e97a3', '#3a424d'],
      ...['#323944', '#232932', '#1b1f26', '#171b21', '#14171c'],
    ] as unknown as MantineColorsTuple,
  },
  defaultRadius: 'md',
  respectReducedMotion: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace',
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '600' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', checkIconPosition: 'right' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    // Inside what it explains, so that it belongs to a region of the page.
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300, withinPortal: false } },
  },
});
