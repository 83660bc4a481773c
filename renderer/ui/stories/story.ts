import i18next from 'i18next'
import type { ReactNode } from 'react'

/** A control in its states, by the name of the state. */
export type Stories = Readonly<Record<string, () => ReactNode>>

/** Sentences and words of the rooms, so that every picture shows a control with what it holds in the window. */
export const words = {
  save: () => i18next.t('save'),
  cancel: () => i18next.t('cancel'),
  remove: () => i18next.t('remove'),
  rename: () => i18next.t('rename'),
  copy: () => i18next.t('copy'),
  undo: () => i18next.t('undo'),
  copied: () => i18next.t('copied'),
  retry: () => i18next.t('retry'),
  name: () => i18next.t('name', { ns: 'experiments' }),
  title: () => i18next.t('title', { ns: 'datasets' }),
  create: () => i18next.t('create', { ns: 'datasets' }),
  model: () => i18next.t('room.title', { ns: 'models' }),
  hint: () => i18next.t('room.hint', { ns: 'models' }),
  fits: () => i18next.t('fit.fits', { ns: 'models' }),
  tight: () => i18next.t('fit.tight', { ns: 'models' }),
  tooSmall: () => i18next.t('fit.no', { ns: 'models' }),
  add: () => i18next.t('add.title', { ns: 'models' }),
  lead: () => i18next.t('lead', { ns: 'home' }),
  search: () => i18next.t('search', { ns: 'shell' }),
  placeholder: () => i18next.t('placeholder', { ns: 'chat' }),
  question: () => i18next.t('suggestions.short', { ns: 'chat' }),
  chat: () => i18next.t('room.title', { ns: 'chat' }),
  chatHint: () => i18next.t('hint.enter', { ns: 'chat' }),
  running: () => i18next.t('state.training', { ns: 'experiments' }),
  finished: () => i18next.t('state.finished', { ns: 'experiments' }),
  theme: () => i18next.t('theme.label', { ns: 'settings' }),
  light: () => i18next.t('theme.light', { ns: 'settings' }),
  dark: () => i18next.t('theme.dark', { ns: 'settings' }),
  contrast: () => i18next.t('theme.contrast', { ns: 'settings' }),
} as const
