import type { SeriesWorkflowState } from '../api/generated.ts'
import { addTallies, type Tally } from './tally.ts'

/**
 * The combined state of several series: the first state of `order` that one of them has. Null when
 * none of their workflows answers.
 */
export function combinedState(states: readonly (SeriesWorkflowState | null | undefined)[]): SeriesWorkflowState | null {
  const order: SeriesWorkflowState[] = ['RUNNING', 'PAUSING', 'PAUSED', 'SLEEPING', 'STOPPING']
  return order.find((state) => states.includes(state)) ?? null
}

export const stateMeaning: Record<SeriesWorkflowState, string> = {
  RUNNING: 'Samples are being computed.',
  PAUSING: 'Running searches are stopping. No new search starts.',
  PAUSED: 'No samples are computed until the series is resumed.',
  SLEEPING: 'Waits for the next recording, for a command, or to try again after a problem.',
  STOPPING: 'The series is being stopped, for example because it was deleted.',
}

/** The command that a series in this state accepts: pause or resume; null if neither. */
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

/** The tally of several series. The rate of a paused series is outdated and therefore left out. */
export function combinedTally(series: readonly { completeness: Tally; workflow?: { state: SeriesWorkflowState } | null }[]): Tally {
  return addTallies(series.map(({ completeness, workflow }) => (workflow?.state === 'PAUSED' ? { ...completeness, rate: null, etaSeconds: null } : completeness)))
}
