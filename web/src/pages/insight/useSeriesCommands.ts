import { useState } from 'react'
import { useMutation, type OperationResult } from 'urql'
import { errorText } from '../../api/errors.ts'
import { CancelSeriesDocument, ExtendSeriesDocument, MoveSeriesToBackDocument, MoveSeriesToFrontDocument, RetrySeriesDocument, SetRetentionDocument, TriggerSeriesDocument } from '../../api/generated.ts'
import { useAnnounce } from '../../ui/Announcer.tsx'

export type Send = () => Promise<string | null>

/** What can be asked of a series' past. Each says what happened, and answers with an error's text or null. */
export function useSeriesOrders(seriesId: string, done: () => void) {
  const [, retry] = useMutation(RetrySeriesDocument)
  const [, extend] = useMutation(ExtendSeriesDocument)
  const [, cancel] = useMutation(CancelSeriesDocument)
  const [, front] = useMutation(MoveSeriesToFrontDocument)
  const [, back] = useMutation(MoveSeriesToBackDocument)
  const [, trigger] = useMutation(TriggerSeriesDocument)
  const [, retain] = useMutation(SetRetentionDocument)
  const [busy, setBusy] = useState(false)
  const announce = useAnnounce()

  const send = async (order: Promise<OperationResult>, said: string) => {
    setBusy(true)
    const { error } = await order
    setBusy(false)
    const problem = error ? errorText(error) : null
    announce(problem ?? said)
    done()
    return problem
  }
  return {
    busy,
    retry: (all: boolean) => send(retry({ seriesId, all }), all ? 'All samples are computed again.' : 'What went wrong is tried again.'),
    extend: (points: number) => send(extend({ seriesId, points }), `The series gets ${points} points.`),
    cancel: (reason: string) => send(cancel({ seriesId, reason: reason.trim() || null }), 'The work on the past was cancelled.'),
    front: () => send(front({ seriesId }), 'The series is at the front of the queue.'),
    back: () => send(back({ seriesId }), 'The series is at the back of the queue.'),
    retain: (points: number | null) => send(retain({ seriesId, points }), 'What charts show of the series was changed.'),
    trigger: () => send(trigger({ seriesId }), 'The series looks for work now.'),
  }
}
