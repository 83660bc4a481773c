/** Makes this process's calendar run ahead (behind, where negative) by so much; durations stay right. */
export function shiftClock(byMs: number): void {
  if (byMs === 0) return
  const RealDate = Date
  const now = () => RealDate.now() + byMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (_, args: unknown[], target) =>
      Reflect.construct(RealDate, args.length === 0 ? [now()] : args, target) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  })
}
