import { describe, expect, test } from 'vitest'
import { daily, start } from '../testing/insight.ts'
import { layout, type LayoutInput } from './layout.ts'

const draw = (input: Partial<LayoutInput>) => layout({ series: [], width: 800, height: 320, domain: null, endLabels: false, ...input })

/** Number of points that a path visits. */
const stops = (d: string) => d.split(/[ML]/).length - 1

describe('lines', () => {
  test('exact points make one solid run', () => {
    const { runs, hatches } = draw({ series: [daily('a', [1, 2, 3, 4])] })
    expect(runs.map((run) => [run.dashed, stops(run.d)])).toEqual([[false, 4]])
    expect(hatches).toEqual([])
  })

  test('a segment with an end that is not exact is dashed', () => {
    const { runs } = draw({ series: [daily('a', [1, 2, [3], 4, 5])] })
    expect(runs.map((run) => [run.dashed, stops(run.d)])).toEqual([
      [false, 2],
      [true, 3],
      [false, 2],
    ])
  })

  test.each([[null], ['failed' as const]])('%s is a gap, never bridged', (hole) => {
    const { runs, x } = draw({ series: [daily('a', [1, 2, hole, 4, 5])] })
    expect(runs.map((run) => stops(run.d))).toEqual([2, 2])
    expect(runs.map((run) => run.d).join()).not.toContain(`${x(start + 2 * 86_400_000).toFixed(0)}`)
  })

  test('a point without neighbours is drawn as a mark', () => {
    const { runs, marks } = draw({ series: [daily('a', [null, 7, null])] })
    expect(runs).toEqual([])
    expect(marks).toHaveLength(1)
    expect(marks[0]!.hollow).toBe(false)
  })

  test('zero is a value, on the axis', () => {
    const { marks, plot } = draw({ series: [daily('a', [0, 0])] })
    expect(marks.map((mark) => mark.y)).toEqual([plot.bottom, plot.bottom])
  })
})

describe('captured values', () => {
  const captured = { ...daily('a', [0, 0, 5, 7, 0, 0, 0]), captured: true }
  test('are drawn where they are in use, from zero and back to it', () => {
    const { runs, marks } = draw({ series: [captured] })
    expect(runs.map((run) => stops(run.d))).toEqual([4])
    expect(marks.map((mark) => mark.point.value)).toEqual([0, 5, 7, 0])
  })
  test('a plain series keeps its zeros', () => expect(draw({ series: [{ ...captured, captured: false }] }).marks).toHaveLength(7))
})

describe('marks', () => {
  test('are hollow where the value is not exact', () => {
    const { marks } = draw({ series: [daily('a', [1, [2], 3])] })
    expect(marks.map((mark) => mark.hollow)).toEqual([false, true, false])
  })

  test('thin out on dense lines, but never the hollow ones', () => {
    const values = Array.from({ length: 1000 }, (_, i): number | [number] => (i === 501 ? [i] : i))
    const { marks, runs } = draw({ series: [daily('a', values)] })
    expect(marks.length).toBeGreaterThan(10)
    expect(marks.length).toBeLessThan(60)
    expect(marks.some((mark) => mark.hollow && mark.point.value === 501)).toBe(true)
    expect(runs.reduce((sum, run) => sum + stops(run.d) - 1, 0)).toBe(999)
  })

  test('a failed point is a cross, not a mark', () => {
    const { marks, crosses } = draw({ series: [daily('a', [1, 'failed', 3])] })
    expect(marks).toHaveLength(2)
    expect(crosses).toHaveLength(1)
  })
})

describe('hatching', () => {
  test('covers everything before a plan exists', () => {
    const { hatches, plot } = draw({ domain: [start, start + 1e9] })
    expect(hatches).toEqual([{ x: plot.left, width: plot.right - plot.left, faint: false }])
  })

  test('covers pending times half-way to their neighbours, as one span', () => {
    const { hatches, x } = draw({ series: [daily('a', [null, null, 3, 4])] })
    expect(hatches).toHaveLength(1)
    expect(hatches[0]!.x).toBeCloseTo(x(start))
    expect(hatches[0]!.x + hatches[0]!.width).toBeCloseTo(x(start + 1.5 * 86_400_000))
  })

  test('is faint where another series is known', () => {
    const { hatches } = draw({ series: [daily('a', [null, null, 3]), daily('b', [null, 2, 3])] })
    expect(hatches.map((hatch) => hatch.faint)).toEqual([false, true])
  })

  test('a failed point is not hatched', () => expect(draw({ series: [daily('a', ['failed', 1])] }).hatches).toEqual([]))
})

describe('axes', () => {
  test('values start at zero and include the largest', () => {
    const { yTicks, y, plot } = draw({ series: [daily('a', [90, 97])] })
    expect(yTicks[0]).toEqual({ y: plot.bottom, text: '0' })
    expect(y(97)).toBeGreaterThanOrEqual(plot.top)
  })

  test('stand still while points arrive', () => {
    const domain = [start, start + 10 * 86_400_000] as const
    const before = draw({ domain, series: [daily('a', [1])] })
    const after = draw({ domain, series: [daily('a', [1, 2, 3])] })
    expect(after.xTicks).toEqual(before.xTicks)
  })

  test('one point alone is in the middle', () => {
    const { marks, plot } = draw({ series: [daily('a', [5])] })
    expect(marks[0]!.x).toBeCloseTo((plot.left + plot.right) / 2)
  })

  test('nothing at all still has axes', () => {
    const empty = draw({ width: 300, height: 100 })
    expect(empty.yTicks.length).toBeGreaterThan(1)
    expect(empty.xTicks.every((tick) => Number.isFinite(tick.x))).toBe(true)
  })

  test('wide numbers get room', () => {
    const narrow = draw({ series: [daily('a', [9])] })
    const wide = draw({ series: [daily('a', [987_654_321])] })
    expect(wide.plot.left).toBeGreaterThan(narrow.plot.left)
  })
})

describe('end labels', () => {
  test('do not cover each other and stay inside', () => {
    const series = ['a', 'b', 'c', 'd', 'e'].map((key, i) => daily(key, [i, 100 + i / 10]))
    const { endLabels, plot } = draw({ series, endLabels: true })
    expect(endLabels).toHaveLength(5)
    endLabels.slice(1).forEach((label, i) => expect(label.y - endLabels[i]!.y).toBeGreaterThanOrEqual(16))
    expect(endLabels.at(-1)!.y).toBeLessThanOrEqual(plot.bottom)
    expect(endLabels[0]!.y).toBeGreaterThanOrEqual(plot.top)
  })

  test('the smallest values lose theirs when there is no room', () => {
    const series = Array.from({ length: 40 }, (_, i) => daily(`s${i}`, [i]))
    const { endLabels } = draw({ series, height: 200, endLabels: true })
    expect(endLabels.length).toBeLessThan(40)
    expect(endLabels[0]!.text).toBe('S39')
  })

  test('narrow drawings have none', () => expect(draw({ series: [daily('a', [1])], width: 320, endLabels: true }).endLabels).toEqual([]))
})
