import type { SeriesWorkflowState } from '../api/generated.ts'
import { addTallies, type Tally } from './tally.ts'

/** The state of several series as one word: what moves comes before what waits. Null when no worker answers for any. */
export function combinedState(states: readonly (SeriesWorkflowState | null | undefined)[]): SeriesWorkflowState | null {
  const order: SeriesWorkflowState[] = ['RUNNING', 'PAUSING', 'PAUSED', 'SLEEPING', 'CANCELLED']
  return order.find((state) => states.includes(state)) ?? null
}

export const stateMeaning: Record<SeriesWorkflowState, string> = {
  RUNNING: 'Samples are being computed.',
  PAUSING: 'What is in flight is being finished; nothing new starts.',
  PAUSED: 'Nothing is computed until it is resumed.',
  SLEEPING: 'Up to date. It wakes at the next recording.',
  CANCELLED: 'It will not go on.',
}

/** Whether there is something to pause, or something to resume. */
export function pausable(state: SeriesWorkflowState | null | undefined): 'pause' | 'resume' | null {
  switch (state) {
    case 'RUNNING':
    case 'SLEEPING':
      return 'pause'
    case 'PAUSED':
    case 'PAUSING':
      return 'resume'
    default:
      return null
  }
}

/** The tally of several series. A paused one has the rate of the last half minute, but nothing moves: it adds none. */
export function combinedTally(series: readonly { completeness: Tally; workflow?: { state: SeriesWorkflowState } | null }[]): Tally {
  return addTallies(series.map(({ completeness, workflow }) => (workflow?.state === 'PAUSED' ? { ...completeness, rate: null, etaSeconds: null } : completeness)))
}
