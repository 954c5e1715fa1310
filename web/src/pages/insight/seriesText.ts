import type { SeriesPlanKind, SeriesQueuePosition, WorkflowFragment } from '../../api/generated.ts'
import { plural } from '../../format/numbers.ts'
import { formatTime } from '../../format/times.ts'

/**
 * Says what a series works on, its position in the queue, and how many plans wait. Backfills,
 * catch-up backfills and snapshots are not mentioned, because users expect them.
 */
export function workText(workflow: Pick<WorkflowFragment, 'kind' | 'waitingPlans' | 'queuePosition'> | null | undefined): string {
  if (!workflow) return ''
  const { kind, waitingPlans, queuePosition } = workflow
  const work: Record<SeriesPlanKind, string> = {
    BACKFILL: '',
    CATCH_UP: '',
    RECORDING: 'Recording the newest point.',
    EXTENSION: 'Adding older points.',
    RETRY: 'Computing samples again.',
    SNAPSHOT: '',
  }
  const position: Partial<Record<SeriesQueuePosition, string>> = { FRONT: 'At the front of the queue.', BACK: 'At the back of the queue.' }
  const waiting = waitingPlans > 0 ? `${plural(waitingPlans, 'plan waits', 'plans wait')}.` : ''
  return [kind && work[kind], position[queuePosition], waiting].filter(Boolean).join(' ')
}

/**
 * Says why the last step of a series failed. If `retryAt` is not after `at`, the series has dropped
 * a plan that it could not make, for example that of a refused command, and does not try it again.
 * Otherwise, it tries the step again at `retryAt`.
 */
export function problemText({ message, at, retryAt }: { message: string; at: string; retryAt: string }): string {
  return Date.parse(retryAt) > Date.parse(at) ? `The last step failed: ${message}. Next attempt on ${formatTime(retryAt)}.` : `Refused: ${message}.`
}

/** Says that a signal, which Temporal's command line or UI has sent, was not applied, and why. */
export function refusedText({ signal, by, reason, at }: { signal: string; by?: string | null; reason: string; at: string }): string {
  return `The signal “${signal}”${by ? ` of ${by}` : ''} was refused on ${formatTime(at)}: ${reason}.`
}

/** The text of a notice; null for a reason code, which the table of reasons explains. */
export function noticeText(reason: string): string | null {
  if (reason === 'history rewritten') return 'The history of a repository was rewritten (for example by a force-push, or by a late push of older commits), and some samples are no longer at the commits of their times. “Compute all again” updates them.'
  return isPlanning(reason) ? `Planning failed: ${reason.slice(planning.length)}.` : null
}

const planning = 'planning: '

/**
 * Whether a notice says that planning failed. The workflow reports the same error as the series'
 * problem.
 */
export function isPlanning(reason: string): boolean {
  return reason.startsWith(planning)
}

/** The name of each kind of plan. */
export const planTexts: Record<SeriesPlanKind, string> = {
  BACKFILL: 'Backfill',
  CATCH_UP: 'Catch-up backfill',
  RECORDING: 'Recording',
  EXTENSION: 'Extension',
  RETRY: 'Retry',
  SNAPSHOT: 'Snapshot',
}

/** How many sample times are shown on charts, and how many are archived. */
export function retentionText({ points, override, archived }: { points: number; override: number | null; archived: number }): string {
  const shown = points === 0 ? 'All sample times' : `The newest ${plural(points, 'sample time')}`
  const why = override === null ? '' : ', set for this series'
  return `${shown}${why}.${archived > 0 ? ` ${plural(archived, 'older one is', 'older ones are')} archived and included in exports.` : ''}`
}
