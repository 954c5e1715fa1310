import { scaleLinear, scaleUtc } from 'd3-scale'
import { formatShort } from '../format/numbers.ts'

export interface Tick {
  value: number
  text: string
}

/**
 * Round numbers from zero to at least `max`; only integers if `whole` is true. The last number is
 * the end of the axis.
 */
export function valueTicks(max: number, count: number, whole: boolean): Tick[] {
  const top = max > 0 ? max : 1
  const scale = scaleLinear().domain([0, top]).nice(count)
  let values = scale.ticks(count)
  if (whole) values = values.filter(Number.isInteger)
  if (values.length < 2) values = [0, Math.ceil(top)]
  const end = scale.domain()[1]!
  if (values.at(-1)! < top && end > values.at(-1)!) values.push(whole ? Math.ceil(end) : end)
  return values.map((value) => ({ value, text: formatShort(value) }))
}

const format = (options: Intl.DateTimeFormatOptions) => {
  const formatter = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  return (time: number) => formatter.format(new Date(time))
}
const year = format({ year: 'numeric' })
const month = format({ month: 'short' })
const monthYear = format({ month: 'short', year: 'numeric' })
const day = format({ day: 'numeric', month: 'short' })
const clock = format({ hour: '2-digit', minute: '2-digit' })

/**
 * Calendar ticks. A tick is named by its year, month, day or clock time, whichever the ticks differ
 * in. Among months, January is named by its year, and among clock times, midnight by its day. The
 * first month also names its year, and the first clock time its day.
 */
export function timeTicks(domain: readonly [number, number], count: number): Tick[] {
  const values = scaleUtc().domain(domain).ticks(Math.max(count, 2)).map(Number)
  const inMonths = values.every((value) => new Date(value).getUTCDate() === 1 && value % 86_400_000 === 0)
  const inDays = values.every((value) => value % 86_400_000 === 0)
  const inYears = inMonths && values.every((value) => new Date(value).getUTCMonth() === 0)
  return values.map((value, index) => {
    const date = new Date(value)
    if (inYears) return { value, text: year(value) }
    if (inMonths) return { value, text: date.getUTCMonth() === 0 ? year(value) : index === 0 ? monthYear(value) : month(value) }
    if (inDays || value % 86_400_000 === 0) return { value, text: day(value) }
    return { value, text: index === 0 ? `${day(value)}, ${clock(value)}` : clock(value) }
  })
}
