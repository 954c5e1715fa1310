import { formatNumber, formatRate, plural } from '../format/numbers.ts'
import { formatDuration } from '../format/times.ts'
import type { SampleOutcome, TallyFragment } from '../api/generated.ts'

export type Tally = Omit<TallyFragment, 'rate' | 'etaSeconds' | 'percent'> & {
  percent?: number
  rate?: number | null
  etaSeconds?: number | null
}

export type Outcome = Lowercase<SampleOutcome>

/** The outcomes in the order of tables and of the bar. */
export const outcomes: readonly Outcome[] = ['counted', 'reused', 'absent', 'partial', 'failed', 'pending']

export const outcomeMeaning: Record<Outcome, string> = {
  counted: 'Searched completely. The value is exact.',
  reused: 'Has the same commit as a counted sample. The value is exact.',
  absent: 'The repository had no commit at that time. The value is 0.',
  partial: 'Not everything could be counted. The value is a lower bound.',
  failed: 'An error occurred, or the sample was cancelled. The value is unknown.',
  pending: 'Planned and not computed yet. The value is unknown.',
}

export const emptyTally: Tally = { planned: 0, counted: 0, reused: 0, absent: 0, partial: 0, failed: 0, pending: 0 }

/** The sum of tallies. Rates are added; the remaining time is the longest one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum: Tally = { ...emptyTally, rate: null, etaSeconds: null }
  for (const tally of tallies) {
    sum.planned += tally.planned
    for (const outcome of outcomes) sum[outcome] += tally[outcome]
    if (tally.rate != null) sum.rate = (sum.rate ?? 0) + tally.rate
    if (tally.etaSeconds != null) sum.etaSeconds = Math.max(sum.etaSeconds ?? 0, tally.etaSeconds)
  }
  return sum
}

export interface Segment {
  outcome: Outcome
  count: number
  /** Share of all planned samples, 0 to 1. */
  share: number
}

/** One segment for each outcome that occurs; the shares add up to 1. Empty for an empty plan. */
export function segments(tally: Tally): Segment[] {
  if (tally.planned <= 0) return []
  return outcomes
    .filter((outcome) => tally[outcome] > 0)
    .map((outcome) => ({ outcome, count: tally[outcome], share: tally[outcome] / tally.planned }))
}

/** The percentage of samples that have ended, rounded down; 100 for an empty plan. */
export function percentDone(tally: Tally): number {
  return tally.planned === 0 ? 100 : Math.floor(((tally.planned - tally.pending) * 100) / tally.planned)
}

/** "312 of 360 samples · 3 partial". Partial and failed samples are named; exact ones are not. */
export function sentence(tally: Tally): string {
  if (tally.planned === 0) return 'No samples planned'
  const done = tally.planned - tally.pending
  const parts = [
    tally.pending === 0 ? `All ${plural(tally.planned, 'sample')}` : `${formatNumber(done)} of ${plural(tally.planned, 'sample')}`,
  ]
  if (tally.partial > 0) parts.push(`${formatNumber(tally.partial)} partial`)
  if (tally.failed > 0) parts.push(`${formatNumber(tally.failed)} failed`)
  return parts.join(' · ')
}

/** "42/s · about 2 min left", or "" when there is no rate or no sample is pending. */
export function pace(tally: Tally): string {
  if (tally.pending === 0 || tally.rate == null || tally.rate <= 0) return ''
  const rate = formatRate(tally.rate)
  if (tally.etaSeconds == null) return rate
  return tally.etaSeconds < 1 ? `${rate} · almost done` : `${rate} · about ${formatDuration(tally.etaSeconds)} left`
}
