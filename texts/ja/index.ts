import { checks } from './checks.ts'
import { commandLine } from './command-line.ts'
import { devices } from './devices.ts'
import { door } from './door.ts'
import { errors } from './errors.ts'
import { exportCard } from './export-card.ts'
import { facts } from './facts.ts'
import { importNotes } from './import-notes.ts'
import { language } from './language.ts'
import { log } from './log.ts'
import { menu } from './menu.ts'
import { names } from './names.ts'
import { presets } from './presets.ts'
import * as rooms from './rooms/index.ts'
import { settings, units } from './settings.ts'
import { window } from './window.ts'

export const ja = {
  language,
  errors,
  exportCard,
  importNotes,
  log,
  checks,
  devices,
  facts,
  settings,
  units,
  presets,
  names,
  commandLine,
  menu,
  window,
  door,
  rooms,
}
