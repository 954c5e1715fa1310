import { useState } from 'react'
import { useMutation } from 'urql'
import { errorText } from '../api/errors.ts'
import { PauseSeriesDocument, ResumeSeriesDocument, type InsightFragment } from '../api/generated.ts'
import { pausable } from '../completeness/state.ts'
import { plural } from '../format/numbers.ts'
import { useAnnounce } from '../ui/Announcer.tsx'

type Series = InsightFragment['dataSeries'][number]

/**
 * Functions that pause or resume those of the given series that accept the command, and announce
 * the result. They return true if they sent at least one command and all of them succeeded.
 */
export function usePauseResume(done: () => void): {
  busy: boolean
  pause: (series: readonly Series[], reason?: string) => Promise<boolean>
  resume: (series: readonly Series[]) => Promise<boolean>
} {
  const [, pauseOne] = useMutation(PauseSeriesDocument)
  const [, resumeOne] = useMutation(ResumeSeriesDocument)
  const [busy, setBusy] = useState(false)
  const announce = useAnnounce()

  const run = async (series: readonly Series[], kind: 'pause' | 'resume', reason?: string) => {
    const chosen = series.filter((entry) => pausable(entry.workflow?.state) === kind)
    if (chosen.length === 0) return false
    setBusy(true)
    const results = await Promise.all(
      chosen.map(({ seriesId }) => (kind === 'pause' ? pauseOne({ seriesId, reason: reason?.trim() || null }) : resumeOne({ seriesId }))),
    )
    setBusy(false)
    const failed = results.find((result) => result.error)
    announce(failed?.error ? errorText(failed.error) : `${kind === 'pause' ? 'Paused' : 'Resumed'} ${plural(chosen.length, 'series', 'series')}.`)
    done()
    return !failed
  }
  return { busy, pause: (series, reason) => run(series, 'pause', reason), resume: (series) => run(series, 'resume') }
}
