const DIGITS = 12
const MODULUS = 11

/** Whether twelve digits end in the check digit of a Japanese individual number (総務省令第 85 号 2014, 第 5 条). */
export function isMyNumber(digits: string): boolean {
  if (!/^\d{12}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false
  const body = [...digits.slice(0, DIGITS - 1)].reverse().map(Number)
  const sum = body.reduce((total, digit, index) => total + digit * (index < 6 ? index + 2 : index - 4), 0)
  const rest = sum % MODULUS
  return Number(digits.at(-1)) === (rest <= 1 ? 0 : MODULUS - rest)
}
