import { useState } from 'react'
import { useMutation, type OperationResult } from 'urql'
import { errorText } from '../../api/errors.ts'
import { CancelSeriesDocument, ExtendSeriesDocument, MoveSeriesToBackDocument, MoveSeriesToFrontDocument, RetrySeriesDocument, SetRetentionDocument, TriggerSeriesDocument } from '../../api/generated.ts'
import { useAnnounce } from '../../ui/Announcer.tsx'

export type Send = () => Promise<string | null>

/** The commands of a series. Each announces its result and returns null, or the error's text. */
export function useSeriesCommands(seriesId: string, done: () => void) {
  const [, retry] = useMutation(RetrySeriesDocument)
  const [, extend] = useMutation(ExtendSeriesDocument)
  const [, cancel] = useMutation(CancelSeriesDocument)
  const [, front] = useMutation(MoveSeriesToFrontDocument)
  const [, back] = useMutation(MoveSeriesToBackDocument)
  const [, trigger] = useMutation(TriggerSeriesDocument)
  const [, retain] = useMutation(SetRetentionDocument)
  const [busy, setBusy] = useState(false)
  const announce = useAnnounce()

  const send = async (command: Promise<OperationResult>, said: string) => {
    setBusy(true)
    const { error } = await command
    setBusy(false)
    const problem = error ? errorText(error) : null
    announce(problem ?? said)
    done()
    return problem
  }
  return {
    busy,
    retry: (all: boolean) => send(retry({ seriesId, all }), all ? 'All samples will be computed again.' : 'Partial and failed samples will be computed again.'),
    extend: (points: number) => send(extend({ seriesId, points }), `The series is being extended to ${points} points.`),
    cancel: (reason: string) => send(cancel({ seriesId, reason: reason.trim() || null }), 'The work on past times was cancelled.'),
    front: () => send(front({ seriesId }), 'The series was moved to the front of the queue.'),
    back: () => send(back({ seriesId }), 'The series was moved to the back of the queue.'),
    retain: (points: number | null) => send(retain({ seriesId, points }), 'The number of sample times that charts show was changed.'),
    trigger: () => send(trigger({ seriesId }), 'The series is checking for work.'),
  }
}
