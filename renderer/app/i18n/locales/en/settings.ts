import type { LocaleOf } from '../../locale.ts'
import type { settings as ja } from '../ja/settings.ts'

export const settings: LocaleOf<typeof ja> = {
  title: 'Settings',
  appearance: 'Appearance',
  language: { label: 'Language', system: 'As the computer', ja: '日本語', en: 'English' },
  theme: { label: 'Theme', system: 'As the computer', light: 'Light', dark: 'Dark', contrast: 'High contrast' },
  library: {
    title: 'Library',
    help: 'The folder that holds your datasets, models and experiments. A synchronised folder such as Google Drive works too.',
    choose: 'Choose a folder…',
    show: 'Open the folder',
    folder: 'Library folder',
    move: 'Change',
    changed: 'The library was changed',
  },
  machine: {
    title: 'This computer',
    engine: 'Engine',
    gpu: 'GPU',
    processor: 'Processor',
    memory: 'Memory',
    disk: 'Disk',
    cores_one: '{count} core',
    cores_other: '{count} cores',
    free: '{total} ({free} free)',
    diskFree: '{free} free',
    usable: 'Usable; choose it in the settings of an experiment.',
    unusable: 'Cannot be used now.',
  },
  about: {
    title: 'About',
    host: { desktop: 'Desktop', web: 'Browser', cli: 'Command line' },
    privacy: 'Neither your data nor your conversations leave this computer.',
  },
}
