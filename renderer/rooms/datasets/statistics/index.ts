export { StatisticsPane } from './StatisticsPane.tsx'
export { ViewSwitch, type EditorView } from './ViewSwitch.tsx'
