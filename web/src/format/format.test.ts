import { describe, expect, test } from 'vitest'
import { formatBytes, formatNumber, formatRate, formatShort, plural } from './numbers.ts'
import { visible } from './text.ts'
import { formatAgo, formatDuration, formatTime, timeFormat } from './times.ts'

test.each([
  [0, '0'],
  [9_999, '9,999'],
  [12_345, '12.3K'],
  [1_234_567, '1.23M'],
  [0.5, '0.5'],
])('formatShort(%d)', (value, text) => expect(formatShort(value)).toBe(text))

test('formatNumber keeps every digit', () => expect(formatNumber(1_234_567)).toBe('1,234,567'))

test.each([
  ['', '""'],
  ['a b', 'a b'],
  ['a\tb', String.raw`"a\tb"`],
  [String.raw`a\tb`, String.raw`a\tb`],
  ['a\u00A0b', String.raw`"a\u00a0b"`],
  ['a\u202Eb', String.raw`"a\u202eb"`],
  ['a  b', 'a \u00A0b'],
  [' a', '" a"'],
  ['"a"', String.raw`"\"a\""`],
  ['\u0007', String.raw`"\a"`],
  ['日本 é', '日本 é'],
])('visible(%j)', (text, shown) => expect(visible(text)).toBe(shown))

test.each([
  [1, '1 repository'],
  [0, '0 repositories'],
  [1_200, '1,200 repositories'],
])('plural(%d)', (count, text) => expect(plural(count, 'repository', 'repositories')).toBe(text))

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [12_345_678, '12 MB'],
  [999_600, '1.0 MB'],
])('formatBytes(%d)', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test.each([
  [41.6, '42/s'],
  [3.25, '3.3/s'],
  [0.5, '30/min'],
  [0.02, '1.2/min'],
])('formatRate(%d)', (rate, text) => expect(formatRate(rate)).toBe(text))

test.each([
  [0.2, 'under 1 s'],
  [40, '40 s'],
  [720, '12 min'],
  [12_000, '3 h 20 min'],
  [7_200, '2 h'],
  [432_000, '5 days'],
])('formatDuration(%d)', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

describe('times are UTC', () => {
  const times = [Date.UTC(2026, 0, 31, 23, 30), Date.UTC(2026, 1, 28, 23, 30)]
  test('to the minute', () => expect(formatTime(times[0]!)).toBe('31 Jan 2026, 23:30 UTC'))
  test('days when days tell them apart', () => expect(timeFormat(times)(times[1]!)).toBe('28 Feb 2026'))
  test('minutes when they do not', () => expect(timeFormat([times[0]!, times[0]! - 3_600_000])(times[0]!)).toContain('23:30'))
})

test('formatAgo', () => {
  const now = Date.UTC(2026, 10, 22)
  expect(formatAgo(now - 30_000, now)).toBe('just now')
  expect(formatAgo(now - 3 * 60_000, now)).toBe('3 minutes ago')
  expect(formatAgo(now + 2 * 86_400_000, now)).toBe('in 2 days')
})
