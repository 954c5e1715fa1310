import type { InsightFragment, PointFragment } from '../api/generated.ts'
import { visible } from '../format/text.ts'
import { markerShape, seriesColour, type MarkerShape, type SeriesColour } from './palette.ts'

/**
 * What is known about a point. exact: every sample is exact. partial: some samples are partial,
 * failed or pending, and at least one is exact or partial. pending: no sample is exact or partial,
 * and some are pending. failed: all samples have failed.
 */
export type PointState = 'exact' | 'partial' | 'pending' | 'failed'

export interface ChartPoint {
  /** Milliseconds since 1970, UTC. */
  time: number
  /** The time as the server formats it, for filters. */
  dateTime: string
  /** Null when nothing is known. A null value is not drawn and does not mean zero. */
  value: number | null
  state: PointState
  known: number
  planned: number
  partial: number
  failed: number
  pending: number
  /**
   * True for the point of a snapshot, which is drawn hollow because the next snapshot replaces it.
   */
  snapshot?: boolean
}

export interface ChartSeries {
  /**
   * The series' id, followed by the captured value if there is one. Links contain it, so its form
   * must not change.
   */
  key: string
  seriesId: string
  label: string
  colour: SeriesColour
  marker: MarkerShape
  /** Whether the line is one value of a capture group, or one language. */
  captured: boolean
  /** The captured value as the server has it. The label shows it. */
  value?: string
  points: ChartPoint[]
}

/**
 * The number of values requested per series: fewValues at first, manyValues when the user asks for
 * more. The export contains all values.
 */
export const fewValues = 10
export const manyValues = 100

/**
 * The lines of an insight. `hidden` is the number of captured values that the server left out; they
 * have the smallest counts.
 */
export function chartSeries(insight: InsightFragment): { series: ChartSeries[]; hidden: number } {
  const series: ChartSeries[] = []
  let hidden = 0
  insight.dataSeries.forEach((data, position) => {
    const presentation = insight.presentation.seriesPresentation.find((entry) => entry.seriesId === data.seriesId)
    const label = presentation?.label || data.label || data.seriesId
    const method = insight.dataSeriesDefinitions.find((entry) => entry.seriesId === data.seriesId)?.generationMethod ?? 'SEARCH'
    if (method === 'SEARCH') {
      series.push({
        key: data.seriesId,
        seriesId: data.seriesId,
        label,
        colour: seriesColour(presentation?.color ?? '', position),
        marker: markerShape(position),
        captured: false,
        points: data.points.map(chartPoint).toSorted((a, b) => a.time - b.time),
      })
      return
    }
    // The server sorts values by label, with version numbers in order.
    const lines = capturedLines(data.points)
    hidden += Math.max(0, data.valueCount - lines.length)
    for (const line of lines) {
      const index = series.length
      series.push({
        key: `${data.seriesId}.${line.label}`,
        seriesId: data.seriesId,
        label: line.label === '' ? label : visible(line.label),
        colour: seriesColour('', index),
        marker: markerShape(index),
        captured: true,
        value: line.label,
        points: line.points,
      })
    }
  })
  return { series, hidden }
}

/** Derives a chart point from the server's data. */
export function chartPoint(point: PointFragment): ChartPoint {
  const { coverage, outcomes } = point
  const exact = coverage.known >= coverage.planned
  const nothing = coverage.known === 0 && outcomes.partial === 0
  const state: PointState = exact ? 'exact' : !nothing ? 'partial' : outcomes.pending > 0 ? 'pending' : 'failed'
  return {
    time: Date.parse(point.dateTime),
    dateTime: point.dateTime,
    value: state === 'exact' || state === 'partial' ? point.value : null,
    state,
    known: coverage.known,
    planned: coverage.planned,
    partial: outcomes.partial,
    failed: outcomes.failed,
    pending: outcomes.pending,
    ...(point.isSnapshot ? { snapshot: true } : {}),
  }
}

interface Line {
  label: string
  points: ChartPoint[]
}

/**
 * One line per captured value, with a point at every time of the series. If the server returns no
 * point of a value for a time, the line has the value 0 there, with the coverage of that time. A
 * point without a label and with the value 0 only says that the series has this time; if no value
 * occurs at all, these points are the only line.
 */
function capturedLines(points: readonly PointFragment[]): Line[] {
  const times = new Map<string, PointFragment>()
  const values = new Map<string, Map<string, ChartPoint>>()
  for (const point of points) {
    if (!times.has(point.dateTime)) times.set(point.dateTime, point)
    if (point.label === '' && point.value === 0) continue
    let line = values.get(point.label)
    if (!line) values.set(point.label, (line = new Map()))
    line.set(point.dateTime, chartPoint(point))
  }
  if (values.size === 0 && times.size > 0) values.set('', new Map())
  const ordered = [...times.values()].map((point) => chartPoint({ ...point, value: 0 })).toSorted((a, b) => a.time - b.time)
  return [...values].map(([label, known]) => ({
    label,
    points: ordered.map((zero) => known.get(zero.dateTime) ?? zero),
  }))
}

/**
 * The span of time that an insight's definitions and points cover. It includes the definitions so
 * that the axis does not move while points arrive. Null if there are neither.
 */
export function insightDomain(insight: InsightFragment): [number, number] | null {
  let from = Infinity
  let to = -Infinity
  for (const definition of insight.dataSeriesDefinitions) {
    const anchor = Date.parse(definition.anchor)
    from = Math.min(from, shift(anchor, definition.timeScope.unit, -definition.timeScope.value * (definition.points - 1)))
    to = Math.max(to, anchor)
  }
  for (const series of insight.dataSeries) {
    for (const point of series.points) {
      from = Math.min(from, Date.parse(point.dateTime))
      to = Math.max(to, Date.parse(point.dateTime))
    }
  }
  return from <= to ? [from, to] : null
}

/**
 * Shifts a time by calendar units in UTC. In the grid's own time zone, the result can be wrong by
 * up to three days, which does not matter for an axis. Sample times come from the server.
 */
function shift(time: number, unit: InsightFragment['dataSeriesDefinitions'][number]['timeScope']['unit'], count: number): number {
  const hours = { HOUR: 1, DAY: 24, WEEK: 168 }
  if (unit !== 'MONTH' && unit !== 'YEAR') return time + count * hours[unit] * 3_600_000
  const date = new Date(time)
  const months = date.getUTCMonth() + (unit === 'YEAR' ? 12 : 1) * count
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), months + 1, 0)).getUTCDate()
  return (
    Date.UTC(date.getUTCFullYear(), months, Math.min(date.getUTCDate(), lastDay)) + (time % 86_400_000)
  )
}
