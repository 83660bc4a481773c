// A parsed template.
import type { Value } from './values.ts'

export interface CallArguments {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [string, Expression])[]
  /** `*list` and `**dict`. */
  readonly rest: Expression | null
  readonly namedRest: Expression | null
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

export type Expression =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'concat'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'if'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression | null }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not' | 'negative' | 'positive'; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly kind: 'compare'
      readonly first: Expression
      readonly rest: readonly (readonly [Comparison, Expression])[]
    }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'item'; readonly object: Expression; readonly key: Expression }
  | { readonly kind: 'slice'; readonly parts: readonly [Expression | null, Expression | null, Expression | null] }
  | { readonly kind: 'call'; readonly callee: Expression; readonly given: CallArguments }
  /** Without an object it works on the text of its block. */
  | {
      readonly kind: 'filter'
      readonly object: Expression | null
      readonly name: string
      readonly given: CallArguments
    }
  | { readonly kind: 'test'; readonly object: Expression; readonly name: string; readonly given: CallArguments }

export type Target =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'tuple'; readonly items: readonly Target[] }

export interface Parameter {
  readonly name: string
  readonly byDefault: Expression | null
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expression }
  | { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
  | { readonly kind: 'set-block'; readonly target: Target; readonly filter: Expression | null; readonly body: Body }
  | { readonly kind: 'if'; readonly branches: readonly { readonly test: Expression | null; readonly body: Body }[] }
  | ForLoop
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'macro'; readonly name: string; readonly macro: MacroBody }
  | { readonly kind: 'call-block'; readonly call: Expression & { kind: 'call' }; readonly macro: MacroBody }
  | { readonly kind: 'filter-block'; readonly filter: Expression; readonly body: Body }
  | { readonly kind: 'with'; readonly values: readonly (readonly [Target, Expression])[]; readonly body: Body }
  /** `generation`, `block`: a scope of its own. */
  | { readonly kind: 'scope'; readonly body: Body }

export interface ForLoop {
  readonly kind: 'for'
  readonly target: Target
  readonly list: Expression
  readonly test: Expression | null
  readonly isRecursive: boolean
  readonly body: Body
  readonly otherwise: Body
}

export interface MacroBody {
  readonly parameters: readonly Parameter[]
  readonly body: Body
}

export type Body = readonly Statement[]
