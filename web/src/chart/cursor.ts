import { bisectCenter, minIndex } from 'd3-array'
import type { Layout } from './layout.ts'
import type { ChartPoint, ChartSeries } from './series.ts'

/** The point that the keyboard or the pointer has selected. */
export interface Cursor {
  series: string
  time: number
}

export function findPoint(series: readonly ChartSeries[], cursor: Cursor | null): { series: ChartSeries; point: ChartPoint } | null {
  const entry = series.find((candidate) => candidate.key === cursor?.series)
  const point = entry?.points.find((candidate) => candidate.time === cursor?.time)
  return entry && point ? { series: entry, point } : null
}

/**
 * Returns the cursor after `key` was pressed; a key that is not listed below does not move the
 * cursor. Without a cursor, every key selects the newest known point of the first series that has
 * points or, if none is known, its last point.
 */
export function moveCursor(series: readonly ChartSeries[], cursor: Cursor | null, key: string): Cursor | null {
  const at = findPoint(series, cursor)
  if (!at) {
    const first = series.find((entry) => entry.points.length > 0)
    const newest = first?.points.findLast((point) => point.value !== null) ?? first?.points.at(-1)
    return first && newest ? { series: first.key, time: newest.time } : null
  }
  const { points } = at.series
  const index = points.indexOf(at.point)
  const step = (to: number): Cursor => ({ series: at.series.key, time: points[Math.min(Math.max(to, 0), points.length - 1)]!.time })
  switch (key) {
    case 'ArrowLeft':
      return step(index - 1)
    case 'ArrowRight':
      return step(index + 1)
    case 'PageUp':
      return step(index - 10)
    case 'PageDown':
      return step(index + 10)
    case 'Home':
      return step(0)
    case 'End':
      return step(points.length - 1)
    case 'ArrowUp':
      return besides(series, at.series, at.point.time, -1)
    case 'ArrowDown':
      return besides(series, at.series, at.point.time, 1)
    default:
      return cursor
  }
}

/**
 * The next series above (-1) or below (1) at a time, or the current one at the ends. Unknown values
 * count as lowest.
 */
function besides(series: readonly ChartSeries[], current: ChartSeries, time: number, direction: -1 | 1): Cursor {
  const candidates = series
    .filter((entry) => entry.points.length > 0)
    .map((entry) => ({ key: entry.key, point: entry.points[nearestIndex(entry.points, time)]! }))
    .toSorted((a, b) => (b.point.value ?? -1) - (a.point.value ?? -1))
  const index = candidates.findIndex((candidate) => candidate.key === current.key)
  const next = candidates[Math.min(Math.max(index + direction, 0), candidates.length - 1)]!
  return { series: next.key, time: next.point.time }
}

function nearestIndex(points: readonly ChartPoint[], time: number): number {
  return bisectCenter(
    points.map((point) => point.time),
    time,
  )
}

/**
 * The point nearest to a position in the drawing: first by time, because users aim along the time
 * axis, then by value.
 */
export function cursorAt(series: readonly ChartSeries[], geometry: Pick<Layout, 'x' | 'y' | 'plot'>, x: number, y: number): Cursor | null {
  const columns = series
    .filter((entry) => entry.points.length > 0)
    .map((entry) => {
      const index = bisectCenter(
        entry.points.map((point) => geometry.x(point.time)),
        x,
      )
      return { key: entry.key, point: entry.points[index]! }
    })
  if (columns.length === 0) return null
  const closest = Math.min(...columns.map(({ point }) => Math.abs(geometry.x(point.time) - x)))
  const near = columns.filter(({ point }) => Math.abs(geometry.x(point.time) - x) < closest + 0.5)
  const best = near[minIndex(near, ({ point }) => (point.value === null ? Infinity : Math.abs(geometry.y(point.value) - y)))] ?? near[0]!
  return { series: best.key, time: best.point.time }
}
