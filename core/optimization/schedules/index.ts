// Every schedule, one line each, exported under the name that the setting `training.schedule` has for it.
export { constant } from './constant.ts'
export { cosine } from './cosine.ts'
export { linear } from './linear.ts'
