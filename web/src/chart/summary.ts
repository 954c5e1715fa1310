import { formatNumber, plural } from '../format/numbers.ts'
import { timeFormat } from '../format/times.ts'
import type { ChartPoint, ChartSeries } from './series.ts'

/**
 * Describes up to four series in one sentence each, for users who cannot see the lines: the newest
 * known value, the trend and the range.
 */
export function summarize(series: readonly ChartSeries[]): string {
  if (series.length === 0) return 'Nothing has been computed yet.'
  const named = series.length > 1
  // Of more than four series, those with the greatest newest values are described.
  const order = series.length > 4 ? series.toSorted((a, b) => newest(b) - newest(a)) : series
  const inUse = order.filter((entry) => !entry.captured || newest(entry) !== 0)
  const told = (inUse.length > 0 ? inUse : order).slice(0, 4)
  const sentences = told.map((entry) => sentence(entry, named))
  const rest = series.length - told.length
  if (rest > 0) sentences.push(`${plural(rest, 'more', 'more')} in the table.`)
  return sentences.join(' ')
}

function sentence(series: ChartSeries, named: boolean): string {
  const known = series.points.filter((point) => point.value !== null)
  const name = named ? `${series.label}: ` : ''
  const unknown = series.points.length - known.length
  if (known.length === 0) return `${name}no value is known yet.`
  const date = timeFormat(series.points.map((point) => point.time))
  const first = known.find((point) => point.state === 'exact') ?? known[0]!
  const last = known.at(-1)!
  const text = [`${name}${last.state === 'partial' ? 'at least ' : ''}${formatNumber(last.value!)} on ${date(last.time)}`]
  // The trend is computed between exact points only.
  if (first !== last && first.state === 'exact' && last.state === 'exact') text.push(`${trend(first.value!, last.value!)} ${formatNumber(first.value!)} on ${date(first.time)}`)
  const values = known.filter((point) => point.state === 'exact').map((point) => point.value!)
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (values.length > 2 && (low < Math.min(first.value!, last.value!) || high > Math.max(first.value!, last.value!))) {
    text.push(`between ${formatNumber(low)} and ${formatNumber(high)}`)
  }
  const partial = known.filter((point) => point.state === 'partial').length
  if (partial > 0) text.push(`${plural(partial, 'point')} incomplete`)
  if (unknown > 0) text.push(`${plural(unknown, 'point')} unknown`)
  return `${text.join(', ')}.`
}

function newest(series: ChartSeries): number {
  return series.points.findLast((point) => point.value !== null)?.value ?? -1
}

function trend(from: number, to: number): string {
  if (from === to) return 'the same as'
  const percent = from === 0 ? '' : ` ${formatNumber(Math.round((Math.abs(to - from) * 100) / from))}%`
  return `${to > from ? 'up' : 'down'}${percent} from`
}

/**
 * The coverage of a point for tooltips and screen readers: "3 repositories, exact", or what is
 * missing.
 */
export function coverageText(point: ChartPoint): string {
  return (point.snapshot ? 'snapshot, ' : '') + knownText(point)
}

function knownText(point: ChartPoint): string {
  if (point.state === 'exact') return `${plural(point.planned, 'repository', 'repositories')}, exact`
  const missing = [
    point.pending > 0 ? `${formatNumber(point.pending)} pending` : '',
    point.partial > 0 ? `${formatNumber(point.partial)} partial` : '',
    point.failed > 0 ? `${formatNumber(point.failed)} failed` : '',
  ].filter(Boolean)
  return `${formatNumber(point.known)} of ${plural(point.planned, 'repository', 'repositories')} known${missing.length ? `: ${missing.join(', ')}` : ''}`
}

/** The announcement to screen readers when the cursor moves to a point. */
export function announce(series: ChartSeries, point: ChartPoint, date: (time: number) => string): string {
  const value = point.value === null ? 'unknown' : `${point.state === 'partial' ? 'at least ' : ''}${formatNumber(point.value)}`
  return `${series.label}, ${date(point.time)}: ${value}. ${coverageText(point)}.`
}
