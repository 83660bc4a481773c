import type { Optimizer } from './optimizer.ts'
import * as everyOptimizer from './optimizers/index.ts'
import type { Schedule } from './schedule.ts'
import * as everySchedule from './schedules/index.ts'

export type { Operators, Optimizer, StateVector } from './optimizer.ts'

export type OptimizerName = keyof typeof everyOptimizer
export type ScheduleName = keyof typeof everySchedule

/** Every optimizer by its name in the settings. */
export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = everyOptimizer
/** Every schedule by its name in the settings. */
export const schedules: Readonly<Record<ScheduleName, Schedule>> = everySchedule

/** The names of a list, sorted: a module does not keep the order of its exports. */
export const namesOf = <Name extends string>(list: Readonly<Record<Name, unknown>>): readonly Name[] =>
  (Object.keys(list) as Name[]).sort()
