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
