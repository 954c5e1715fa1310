import { max, pairs } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { formatShort } from '../format/numbers.ts'
import type { ChartPoint, ChartSeries } from './series.ts'
import { timeTicks, valueTicks } from './ticks.ts'

export interface LayoutInput {
  series: readonly ChartSeries[]
  /** Pixels of the whole drawing, axes included. */
  width: number
  height: number
  /** The first and last instant of the axis; extended if a point is outside. */
  domain: readonly [number, number] | null
  /** Whether names and values are drawn at the right end of the lines, if the width allows it. */
  endLabels: boolean
  /** Whether the chart is a card, which has fewer marks. */
  small?: boolean
}

/**
 * A line through neighbouring known points. `dashed` means that each of its segments has an end
 * that is not exact or is a snapshot.
 */
export interface Run {
  series: number
  d: string
  dashed: boolean
}

export interface Mark {
  series: number
  point: ChartPoint
  x: number
  y: number
  hollow: boolean
}

/**
 * A span of time in which no series is known yet or, if `faint` is set, in which some series are
 * not known yet.
 */
export interface Hatch {
  x: number
  width: number
  faint: boolean
}

export interface EndLabel {
  series: number
  text: string
  value: string
  y: number
  /** The end of the line, from which a leader is drawn to the text. */
  anchor: { x: number; y: number }
}

export interface Layout {
  width: number
  height: number
  plot: { left: number; right: number; top: number; bottom: number }
  xTicks: { x: number; text: string; anchor: 'start' | 'middle' | 'end' }[]
  yTicks: { y: number; text: string }[]
  runs: Run[]
  marks: Mark[]
  /** Times at which all samples of a series failed: drawn as a cross just above the axis. */
  crosses: { series: number; x: number }[]
  hatches: Hatch[]
  endLabels: EndLabel[]
  x: (time: number) => number
  y: (value: number) => number
}

const characterWidth = 6.6 // of the 11 px tabular figures on the axes
const labelWidth = 148
const labelHeight = 16
const markSpacing = 9 // pixels; closer marks of exact points would hide the line
const smallMarkSpacing = 24 // pixels; in a card, the shape of the line matters more than the marks

/** Computes the geometry of a chart. A pure function, so it can be tested without a browser. */
export function layout({ series, width, height, domain, endLabels, small = false }: LayoutInput): Layout {
  const times = distinctTimes(series)
  const from = Math.min(domain?.[0] ?? Infinity, times[0] ?? Infinity)
  const to = Math.max(domain?.[1] ?? -Infinity, times.at(-1) ?? -Infinity)
  const span: [number, number] = from < to ? [from, to] : Number.isFinite(from) ? [from - 43_200_000, from + 43_200_000] : [0, 86_400_000]

  const values = series.flatMap((entry) => entry.points.flatMap((point) => (point.value === null ? [] : [point.value])))
  const top = 10
  const bottom = Math.max(height - 24, top + 20)
  const numbers = valueTicks(max(values) ?? 0, Math.max(2, Math.floor((bottom - top) / (small ? 52 : 68))), values.every(Number.isInteger))
  const left = 10 + Math.ceil(characterWidth * Math.max(...numbers.map((tick) => tick.text.length), 2))
  const withLabels = endLabels && width >= 560
  const right = Math.max(width - (withLabels ? labelWidth : 12), left + 20)

  const xScale = scaleLinear().domain(span).range([left, right])
  const yScale = scaleLinear().domain([0, numbers.at(-1)!.value]).range([bottom, top])
  const x = (time: number) => xScale(time)
  const y = (value: number) => yScale(value)

  const spacing = times.length > 1 ? (x(times.at(-1)!) - x(times[0]!)) / (times.length - 1) : Infinity
  const closest = small ? smallMarkSpacing : markSpacing
  const runs: Run[] = []
  const marks: Mark[] = []
  const crosses: Layout['crosses'] = []
  series.forEach((entry, index) => {
    const drawn = entry.captured ? withoutSilence(entry.points) : entry.points
    runs.push(...seriesRuns(drawn, index, x, y))
    drawn.forEach((point, at) => {
      if (point.state === 'failed') crosses.push({ series: index, x: x(point.time) })
      if (point.value === null) return
      const hollow = point.state !== 'exact' || point.snapshot === true
      const alone = drawn[at - 1]?.value == null && drawn[at + 1]?.value == null
      const sparse = spacing >= closest || (drawn.length - 1 - at) % Math.ceil((6 * closest) / spacing) === 0
      if (hollow || alone || sparse) marks.push({ series: index, point, x: x(point.time), y: y(point.value), hollow })
    })
  })

  return {
    width,
    height,
    plot: { left, right, top, bottom },
    xTicks: placeTimes(span, x, left, right),
    yTicks: numbers.map((tick) => ({ y: y(tick.value), text: tick.text })),
    runs,
    marks,
    crosses,
    hatches: hatches(series, times, span, x),
    endLabels: withLabels ? placeLabels(series, x, y, top, bottom) : [],
    x,
    y,
  }
}

function distinctTimes(series: readonly ChartSeries[]): number[] {
  return [...new Set(series.flatMap((entry) => entry.points.map((point) => point.time)))].toSorted((a, b) => a - b)
}

function placeTimes(span: [number, number], x: (time: number) => number, left: number, right: number): Layout['xTicks'] {
  return timeTicks(span, Math.floor((right - left) / 84)).map((tick) => {
    const at = x(tick.value)
    const half = (tick.text.length * characterWidth) / 2
    return { x: at, text: tick.text, anchor: at - half < 0 ? 'start' : at + half > right + 10 ? 'end' : 'middle' }
  })
}

/**
 * Drops the zeros of a captured value at times at which it does not occur, because a dozen lines on
 * the axis would hide each other. A zero next to a value above zero, or next to an unknown
 * one, is kept, so that the line starts and ends on the axis. The table shows all zeros.
 */
function withoutSilence(points: readonly ChartPoint[]): ChartPoint[] {
  const silent = (point: ChartPoint | undefined) => point === undefined || point.value === 0
  return points.map((point, at) => (point.value === 0 && silent(points[at - 1]) && silent(points[at + 1]) ? { ...point, value: null } : point))
}

/** Segments join neighbouring points of the series' grid only; an unknown point leaves a gap. */
function seriesRuns(points: readonly ChartPoint[], series: number, x: (time: number) => number, y: (value: number) => number): Run[] {
  const draw = line<ChartPoint>(
    (point) => round(x(point.time)),
    (point) => round(y(point.value!)),
  )
  const runs: Run[] = []
  let current: ChartPoint[] = []
  let dashed = false
  const flush = () => {
    if (current.length > 1) runs.push({ series, d: draw(current)!, dashed })
  }
  for (const [a, b] of pairs(points)) {
    if (a.value === null || b.value === null) {
      flush()
      current = []
      continue
    }
    const dash = a.state !== 'exact' || b.state !== 'exact' || b.snapshot === true
    if (current.length === 0 || dash !== dashed) {
      flush()
      current = [a]
      dashed = dash
    }
    current.push(b)
  }
  flush()
  return runs
}

/**
 * The hatched spans. A time covers the span half-way to its neighbours; adjacent spans are merged.
 */
function hatches(series: readonly ChartSeries[], times: readonly number[], span: [number, number], x: (time: number) => number): Hatch[] {
  if (times.length === 0) {
    return [{ x: x(span[0]), width: x(span[1]) - x(span[0]), faint: false }]
  }
  const waiting = new Map<number, number>()
  const present = new Map<number, number>()
  for (const entry of series) {
    for (const point of entry.points) {
      present.set(point.time, (present.get(point.time) ?? 0) + 1)
      if (point.state === 'pending') waiting.set(point.time, (waiting.get(point.time) ?? 0) + 1)
    }
  }
  const found: Hatch[] = []
  times.forEach((time, index) => {
    const count = waiting.get(time) ?? 0
    if (count === 0) return
    const start = index === 0 ? span[0] : (times[index - 1]! + time) / 2
    const end = index === times.length - 1 ? span[1] : (time + times[index + 1]!) / 2
    const faint = count < present.get(time)!
    const last = found.at(-1)
    if (last && last.faint === faint && Math.abs(last.x + last.width - x(start)) < 0.5) last.width = x(end) - last.x
    else found.push({ x: x(start), width: x(end) - x(start), faint })
  })
  return found
}

/**
 * Labels at the ends of the lines, moved apart so that none overlap. Without enough room, the
 * smallest values are left out.
 */
function placeLabels(series: readonly ChartSeries[], x: (time: number) => number, y: (value: number) => number, top: number, bottom: number): EndLabel[] {
  const room = Math.floor((bottom - top + labelHeight) / labelHeight)
  const labels = series
    .flatMap((entry, index): EndLabel[] => {
      const last = entry.points.findLast((point) => point.value !== null)
      if (!last || (entry.captured && last.value === 0)) return []
      const anchor = { x: x(last.time), y: y(last.value!) }
      return [{ series: index, text: entry.label, value: `${last.state === 'partial' ? '≥ ' : ''}${formatShort(last.value!)}`, y: anchor.y, anchor }]
    })
    .toSorted((a, b) => a.y - b.y)
    .slice(0, room)
  let least = top
  for (const label of labels) {
    label.y = Math.max(label.y, least)
    least = label.y + labelHeight
  }
  let most = bottom
  for (const label of labels.toReversed()) {
    label.y = Math.min(label.y, most)
    most = label.y - labelHeight
  }
  return labels
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
