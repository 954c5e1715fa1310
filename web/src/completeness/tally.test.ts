import { describe, expect, test } from 'vitest'
import { addTallies, emptyTally, pace, percentDone, segments, sentence, type Tally } from './tally.ts'

const tally = (parts: Partial<Tally>): Tally => {
  const all = { ...emptyTally, ...parts }
  return { ...all, planned: all.counted + all.reused + all.absent + all.partial + all.failed + all.pending }
}

describe('sentence', () => {
  test.each<[Partial<Tally>, string]>([
    [{}, 'No samples planned'],
    [{ counted: 309, partial: 3, pending: 48 }, '312 of 360 samples · 3 partial'],
    [{ counted: 300, reused: 60 }, 'All 360 samples'],
    [{ counted: 1 }, 'All 1 sample'],
    [{ pending: 1200 }, '0 of 1,200 samples'],
    [{ counted: 5, partial: 1, failed: 2 }, 'All 8 samples · 1 partial · 2 failed'],
  ])('%o', (parts, text) => expect(sentence(tally(parts))).toBe(text))
})

describe('segments', () => {
  test('fill the bar exactly, in order, without empty ones', () => {
    const parts = segments(tally({ pending: 30, failed: 10, counted: 50, reused: 10 }))
    expect(parts.map((part) => part.outcome)).toEqual(['counted', 'reused', 'failed', 'pending'])
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1)
  })
  test('an empty plan has none', () => expect(segments(emptyTally)).toEqual([]))
})

test('percentDone says 100 only when nothing is pending', () => {
  expect(percentDone(tally({ counted: 999, pending: 1 }))).toBe(99)
  expect(percentDone(tally({ counted: 999, failed: 1 }))).toBe(100)
  expect(percentDone(emptyTally)).toBe(100)
})

describe('addTallies', () => {
  test('adds counts and rates, and takes the remaining time of the slowest', () => {
    const sum = addTallies([
      { ...tally({ counted: 3, pending: 7 }), rate: 2, etaSeconds: 3.5 },
      { ...tally({ counted: 1, pending: 9 }), rate: 0.5, etaSeconds: 18 },
      tally({ partial: 2 }),
    ])
    expect(sum).toMatchObject({ planned: 22, counted: 4, partial: 2, pending: 16, rate: 2.5, etaSeconds: 18 })
  })
  test('without rates the sum has none', () => expect(addTallies([tally({ counted: 1 })]).rate).toBeNull())
})

test('pace is empty without a rate or pending samples', () => {
  expect(pace({ ...tally({ counted: 1, pending: 1 }), rate: 42, etaSeconds: 0.2 })).toBe('42/s · almost done')
  expect(pace({ ...tally({ counted: 1, pending: 1 }), rate: 42, etaSeconds: 120 })).toBe('42/s · about 2 min left')
  expect(pace({ ...tally({ counted: 1, pending: 1 }), rate: null })).toBe('')
  expect(pace({ ...tally({ counted: 1 }), rate: 42 })).toBe('')
})
