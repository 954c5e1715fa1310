const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** Every digit of the whole part, grouped, and up to two decimals: 1,234,567. */
export function formatNumber(value: number): string {
  return whole.format(value)
}

/**
 * At most three significant digits, for axes and labels: 1.23M. Numbers below 10,000 are not
 * shortened.
 */
export function formatShort(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value)
}

/** 1 sample, 2 samples. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Decimal units, with one decimal below 10 except for bytes: 9 B, 1.2 MB, 12 MB. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** Samples per second, or per minute below one per second. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond < 10 ? perSecond.toFixed(1) : formatShort(Math.round(perSecond))}/s`
  return `${(perSecond * 60).toFixed(perSecond * 60 < 10 ? 1 : 0)}/min`
}
