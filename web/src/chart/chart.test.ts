import { describe, expect, test } from 'vitest'
import { daily, insight, serverPoint, start } from '../testing/insight.ts'
import { cursorAt, moveCursor } from './cursor.ts'
import { layout } from './layout.ts'
import { markerPath, markerShape, markerShapes, palette, seriesColour } from './palette.ts'
import { chartPoint, chartSeries, insightDomain } from './series.ts'
import { announce, summarize } from './summary.ts'
import { timeTicks, valueTicks } from './ticks.ts'

const day = 86_400_000

describe('what a point means', () => {
  test.each([
    ['all repositories known', serverPoint('2026-01-01T00:00:00Z', 5), 'exact', 5],
    ['a zero that is known', serverPoint('2026-01-01T00:00:00Z', 0), 'exact', 0],
    ['an empty scope', serverPoint('2026-01-01T00:00:00Z', 0, 0, 0), 'exact', 0],
    ['some still to come', serverPoint('2026-01-01T00:00:00Z', 4, 2, 3), 'partial', 4],
    ['only lower bounds', serverPoint('2026-01-01T00:00:00Z', 4, 0, 3, { partial: 3 }), 'partial', 4],
    ['nothing yet is not zero', serverPoint('2026-01-01T00:00:00Z', 0, 0, 3), 'pending', null],
    ['everything failed is not zero', serverPoint('2026-01-01T00:00:00Z', 0, 0, 3, { failed: 3 }), 'failed', null],
  ] as const)('%s', (_, point, state, value) => expect(chartPoint(point)).toMatchObject({ state, value }))
})

describe('captured values', () => {
  const points = [
    serverPoint('2026-02-01T00:00:00Z', 2, 3, 3, { label: '1.9' }),
    serverPoint('2026-03-01T00:00:00Z', 7, 3, 3, { label: '1.10' }),
    serverPoint('2026-02-01T00:00:00Z', 1, 3, 3, { label: '1.10' }),
    serverPoint('2026-01-01T00:00:00Z', 0, 0, 3),
  ]
  test('are one line each, in natural order, with zeros only where the time is known', () => {
    const { series } = chartSeries(insight(points, { captured: true }))
    expect(series.map((entry) => entry.label)).toEqual(['1.9', '1.10'])
    expect(series[0]!.points.map((point) => [point.value, point.state])).toEqual([
      [null, 'pending'],
      [2, 'exact'],
      [0, 'exact'],
    ])
  })
  test('that the server left out are counted as hidden', () => {
    expect(chartSeries(insight(points, { captured: true, values: 2 })).hidden).toBe(0)
    expect(chartSeries(insight(points, { captured: true, values: 2466 })).hidden).toBe(2464)
  })
  test('that look alike are told apart, and keep what the server calls them', () => {
    const alike = ['a\tb', 'a b'].map((label) => serverPoint('2026-01-01T00:00:00Z', 1, 3, 3, { label }))
    const { series } = chartSeries(insight(alike, { captured: true }))
    expect(series.map((entry) => [entry.label, entry.value])).toEqual([
      [String.raw`"a\tb"`, 'a\tb'],
      ['a b', 'a b'],
    ])
  })
  test('that never occur leave the line of zeros under the series name', () => {
    const { series } = chartSeries(insight([serverPoint('2026-01-01T00:00:00Z', 0)], { captured: true }))
    expect(series.map((entry) => [entry.label, entry.points[0]!.value])).toEqual([['Label', 0]])
  })
})

test('the axis spans the planned grid before any point is there, month ends included', () => {
  expect(insightDomain(insight([]))?.map((time) => new Date(time).toISOString())).toEqual(['2026-01-31T10:00:00.000Z', '2026-03-31T10:00:00.000Z'])
})

describe('cursor', () => {
  const series = [daily('low', [1, 2, 3]), daily('high', [10, null, 30])]
  const at = (key: string, index: number) => ({ series: key, time: start + index * day })
  test.each([
    ['enters at the newest known point', null, 'ArrowLeft', at('low', 2)],
    ['left', at('low', 2), 'ArrowLeft', at('low', 1)],
    ['stays at the end', at('low', 2), 'ArrowRight', at('low', 2)],
    ['home', at('low', 2), 'Home', at('low', 0)],
    ['up is the series drawn above', at('low', 0), 'ArrowUp', at('high', 0)],
    ['down goes back', at('high', 0), 'ArrowDown', at('low', 0)],
    ['an unknown value can be visited', at('high', 0), 'ArrowRight', at('high', 1)],
    ['and counts as lowest', at('high', 1), 'ArrowUp', at('low', 1)],
    ['other keys do not move it', at('low', 1), 'a', at('low', 1)],
  ])('%s', (_, from, key, to) => expect(moveCursor(series, from, key)).toEqual(to))

  test('without points there is no cursor', () => expect(moveCursor([], null, 'End')).toBeNull())

  test('the pointer finds the nearest time, then the nearest value', () => {
    const geometry = layout({ series, width: 800, height: 300, domain: null, endLabels: false })
    const { x, y } = geometry
    expect(cursorAt(series, geometry, x(start + 2 * day) - 20, y(28))).toEqual(at('high', 2))
    expect(cursorAt(series, geometry, x(start + 2 * day) - 20, y(4))).toEqual(at('low', 2))
    expect(cursorAt(series, geometry, x(start + day), y(30))).toEqual(at('low', 1))
  })
})

describe('texts', () => {
  test('summary of one series', () => expect(summarize([daily('a', [10, 30, 5])])).toBe('5 on 3 Jan 2026, down 50% from 10 on 1 Jan 2026, between 5 and 30.'))
  test('missing points are named', () => expect(summarize([daily('a', [10, null, [12]])])).toBe('at least 12 on 3 Jan 2026, 1 point incomplete, 1 point unknown.'))
  test('a trend is computed between exact points only', () => expect(summarize([daily('a', [[1], 10, 20])])).toBe('20 on 3 Jan 2026, up 100% from 10 on 2 Jan 2026, 1 point incomplete.'))
  test('of many series the largest are described', () => expect(summarize(['a', 'b', 'c', 'd', 'e'].map((key, i) => daily(key, [i])))).toMatch(/^E: 4 .* 1 more in the table\.$/))
  test('captured values that are not in use are left to the table', () =>
    expect(summarize([{ ...daily('a', [5, 0]), captured: true }, { ...daily('b', [0, 5]), captured: true }])).toBe('B: 5 on 2 Jan 2026, up from 0 on 1 Jan 2026. 1 more in the table.'))
  test('with several series each is named', () => expect(summarize([daily('a', [1]), daily('b', [null])])).toBe('A: 1 on 1 Jan 2026. B: no value is known yet.'))
  test('a lower bound is announced as one', () => {
    const series = daily('a', [[4]])
    expect(announce(series, series.points[0]!, () => 'today')).toBe('A, today: at least 4. 2 of 3 repositories known: 1 partial.')
  })
})

describe('ticks', () => {
  test.each([
    [0, ['0', '1']],
    [1, ['0', '1']],
    [3, ['0', '1', '2', '3']],
    [97, ['0', '20', '40', '60', '80', '100']],
    [48_000, ['0', '10K', '20K', '30K', '40K', '50K']],
  ])('values to %d', (most, texts) => expect(valueTicks(most, 5, true).map((tick) => tick.text)).toEqual(texts))

  const texts = (from: number, to: number, count: number) => timeTicks([from, to], count).map((tick) => tick.text)
  test('months name the year where it turns', () =>
    expect(texts(Date.UTC(2025, 8, 20), Date.UTC(2026, 3, 20), 7)).toEqual(['Oct 2025', 'Nov', 'Dec', '2026', 'Feb', 'Mar', 'Apr']))
  test('years', () => expect(texts(Date.UTC(2019, 5), Date.UTC(2024, 5), 5)).toEqual(['2020', '2021', '2022', '2023', '2024']))
  test('hours name the day where it turns', () =>
    expect(texts(Date.UTC(2026, 0, 5, 11), Date.UTC(2026, 0, 6, 2), 5)).toEqual(['5 Jan, 12:00', '15:00', '18:00', '21:00', '6 Jan']))
})

describe('colours', () => {
  test('a stored palette colour follows the theme', () => expect(seriesColour(palette[2].hex.toUpperCase(), 0)).toEqual({ className: 'series-2' }))
  test('a colour of another client is used unchanged', () => expect(seriesColour('#ff0000', 3)).toEqual({ className: '', literal: '#ff0000' }))
  test('any other text gets the colour of its position', () => expect(seriesColour('var(--oc-grape-7)', 9)).toEqual({ className: 'series-1' }))
  test('every marker is a closed path', () => {
    for (const shape of markerShapes) expect(markerPath(shape, 4)).toMatch(/^M.*Z$/)
  })
})

describe('a snapshot', () => {
  test('is drawn hollow and named, even if exact', () => {
    const point = chartPoint({ ...serverPoint('2026-01-03T00:00:00Z', 5), isSnapshot: true })
    expect(point).toMatchObject({ state: 'exact', value: 5, snapshot: true })
    const series = { key: 's', seriesId: 's', label: 'TODO', colour: seriesColour('', 0), marker: markerShape(0), captured: false, points: [] }
    expect(announce(series, point, () => 'today')).toContain('snapshot, ')
    expect(chartPoint(serverPoint('2026-01-03T00:00:00Z', 5)).snapshot).toBeUndefined()
  })
})
