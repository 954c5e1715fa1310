import { plural } from '../../format/numbers.ts'
import { formatTime } from '../../format/times.ts'

/** What a series works on, where it is not the backfill that everybody expects. */
export function doing(workflow: { kind?: string | null; waiting: number; queue?: string } | null | undefined): string {
  if (!workflow) return ''
  const words: Record<string, string> = { recording: 'Recording the newest point.', retry: 'Computing samples again.', extension: 'Adding older points.' }
  const waits = workflow.waiting > 0 ? `${plural(workflow.waiting, 'order', 'orders')} after that.` : ''
  const place: Record<string, string> = { FRONT: 'Before all other series.', BACK: 'Behind all other series.' }
  return [words[workflow.kind ?? ''], place[workflow.queue ?? ''], waits].filter(Boolean).join(' ')
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

const plans: Record<string, string> = {
  backfill: 'The past',
  recording: 'Recording',
  retry: 'Computed again',
  extension: 'Older points',
  joining: 'Repositories that joined',
}

/** What a plan was for. */
export function planText(kind: string): string {
  return plans[kind] ?? kind
}

/** How many sample times charts show, and where the others are. */
export function retentionText({ points, override, archived }: { points: number; override: number | null; archived: number }): string {
  const shown = points === 0 ? 'All sample times' : `The newest ${plural(points, 'sample time')}`
  const why = override === null ? '' : ', set for this series'
  return `${shown}${why}.${archived > 0 ? ` ${plural(archived, 'older one is', 'older ones are')} archived, and in exports.` : ''}`
}
