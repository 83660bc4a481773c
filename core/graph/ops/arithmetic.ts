import { binary, comparison, unary } from './elementwise.ts'

export const add = binary('Add', (_, { d }) => [() => d, () => d])
export const sub = binary('Sub', (b, { d }) => [() => d, () => b.neg(d)])
export const mul = binary('Mul', (b, { x, y, d }) => [() => b.mul(d, y), () => b.mul(d, x)])
// out = x / y  =>  dx = d / y,  dy = -d out / y
export const div = binary('Div', (b, { y, out, d }) => [() => b.div(d, y), () => b.neg(b.mul(b.div(d, y), out))])

export const neg = unary('Neg', (b, { d }) => b.neg(d))
export const exp = unary('Exp', (b, { out, d }) => b.mul(d, out))
export const log = unary('Log', (b, { x, d }) => b.div(d, x))
export const sqrt = unary('Sqrt', (b, { out, d }) => b.div(d, b.mul(out, b.constant(2, out.dtype))))
// y = σ(x)  =>  dx = d y (1 - y)
export const sigmoid = unary('Sigmoid', (b, { out, d }) => b.mul(d, b.mul(out, b.sub(b.constant(1, out.dtype), out))))
// y = tanh(x)  =>  dx = d (1 - y²)
export const tanh = unary('Tanh', (b, { out, d }) => b.mul(d, b.sub(b.constant(1, out.dtype), b.mul(out, out))))

export const equal = comparison('Equal', 'bool')
export const less = comparison('Less', 'bool')
export const greaterOrEqual = comparison('GreaterOrEqual', 'bool')
export const and = comparison('And', 'bool')
