import type { SeriesPlanKind, SeriesQueuePosition, WorkflowFragment } from '../../api/generated.ts'
import { plural } from '../../format/numbers.ts'
import { formatTime } from '../../format/times.ts'

/** Says what a series works on and where it stands in the queue; says nothing about a backfill, which is what users expect. */
export function workText(workflow: Pick<WorkflowFragment, 'kind' | 'waitingPlans' | 'queuePosition'> | null | undefined): string {
  if (!workflow) return ''
  const { kind, waitingPlans, queuePosition } = workflow
  const work: Partial<Record<SeriesPlanKind, string>> = { RECORDING: 'Recording the newest point.', RETRY: 'Computing samples again.', EXTENSION: 'Adding older points.' }
  const position: Partial<Record<SeriesQueuePosition, string>> = { FRONT: 'At the front of the queue.', BACK: 'At the back of the queue.' }
  const waiting = waitingPlans > 0 ? `${plural(waitingPlans, 'plan waits', 'plans wait')}.` : ''
  return [kind && work[kind], position[queuePosition], waiting].filter(Boolean).join(' ')
}

/** Why a plan cannot be made. One that is not tried again was an operator's order, and was dropped. */
export function problemText({ message, at, retryAt }: { message: string; at: string; retryAt: string }): string {
  return Date.parse(retryAt) > Date.parse(at) ? `It cannot plan: ${message}. Tried again on ${formatTime(retryAt)}.` : `Refused: ${message}.`
}

/** A notice in words; null for the class of what keeps samples from being exact, which the reasons explain. */
export function noticeText(reason: string): string | null {
  if (reason === 'history rewritten') return 'A repository’s history was rewritten (a force-push), and some values are of commits that it does not have any more. “Compute all again” counts what is there now.'
  return isPlanning(reason) ? `It cannot plan: ${reason.slice(planning.length)}.` : null
}

const planning = 'planning: '

/** Whether a notice says that the series cannot plan, which is the workflow's problem too. */
export function isPlanning(reason: string): boolean {
  return reason.startsWith(planning)
}

/** The name of each kind of plan. */
export const planTexts: Record<SeriesPlanKind, string> = {
  BACKFILL: 'Backfill',
  CATCH_UP: 'Catch-up backfill',
  RECORDING: 'Recording',
  EXTENSION: 'Older points',
  RETRY: 'Retry',
  SNAPSHOT: 'Snapshot',
}

/** How many sample times charts show, and where the others are. */
export function retentionText({ points, override, archived }: { points: number; override: number | null; archived: number }): string {
  const shown = points === 0 ? 'All sample times' : `The newest ${plural(points, 'sample time')}`
  const why = override === null ? '' : ', set for this series'
  return `${shown}${why}.${archived > 0 ? ` ${plural(archived, 'older one is', 'older ones are')} archived, and in exports.` : ''}`
}
