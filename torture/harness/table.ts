import type { Report } from './attack.ts'

/** One line an attack, then its figures. */
export function printTable(
  reports: readonly { readonly name: string; readonly seconds: number; readonly report: Report }[],
): void {
  const rows = [
    ['attack', 'count', 'seconds', 'findings'],
    ...reports.map(({ name, seconds, report }) => [
      name,
      String(report.count),
      String(seconds),
      String(report.findings.length),
    ]),
  ]
  const widths = (rows[0] as string[]).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  console.log('')
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
  for (const { name, report } of reports) {
    const figures = Object.entries(report.figures)
    if (figures.length > 0)
      console.log(`\n${name}\n${figures.map(([figure, value]) => `  ${figure}: ${value}`).join('\n')}`)
  }
}
