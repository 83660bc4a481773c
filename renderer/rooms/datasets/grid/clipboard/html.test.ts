import { expect, test } from 'vitest'
import { parseHtml, toHtml } from './html.ts'

test('reads back what it wrote', () => {
  const table = [
    ['1行目\n2行目', '  前後の空白  '],
    ['007', '=1+2'],
    ['<b>&amp;</b>', '"😀 👩‍👧'],
    ['', ''],
  ]
  expect(parseHtml(toHtml(table))).toEqual(table)
})

test('keeps numbers and formulas as text in Excel and breaks inside the cell', () => {
  const html = toHtml([['a\r\nb']])
  expect(html).toContain("mso-number-format:'\\@'")
  expect(html).toContain('a<br style="mso-data-placement:same-cell">b')
})

test('collapses the white space that Excel puts into its markup', () => {
  const html = `<html><head><style>td { color: red }</style></head><body>
    <table border=0><!--StartFragment-->
     <col width=72>
     <tr height=19>
      <td class=xl65>株式会社
      テスト</td>
      <td>一行目<br>
      二行目</td>
     </tr><tr><td colspan=2>007</td></tr><!--EndFragment-->
    </table></body></html>`
  expect(parseHtml(html)).toEqual([
    ['株式会社 テスト', '一行目\n二行目'],
    ['007', ''],
  ])
})

test('decodes entities and ignores tags inside a cell', () => {
  expect(
    parseHtml('<TABLE><TR><TD><span style="x">A&nbsp;&#x1F600;&#12354;</span> &lt;b&gt;</TD></TR></TABLE>'),
  ).toEqual([['A 😀あ <b>']])
})

test('closes cells that the source left open and takes only the first table', () => {
  expect(parseHtml('<table><tr><td>a<td>b<tr><td>c</table><table><tr><td>no</table>')).toEqual([['a', 'b'], ['c']])
})

test('finds no table in other markup', () => {
  expect(parseHtml('<p>hello < world</p>')).toBeNull()
})
