import { useState } from 'react'
import { useMutation } from 'urql'
import { errorText } from '../../api/errors.ts'
import { DeleteInsightDocument, type InsightFragment } from '../../api/generated.ts'
import { forgetLists } from '../../api/useConnection.ts'
import { CompletenessBar } from '../../completeness/CompletenessBar.tsx'
import { combinedState, combinedTally, pausable } from '../../completeness/state.ts'
import { StateBadge } from '../../completeness/StateBadge.tsx'
import { formatTime } from '../../format/times.ts'
import { Link, navigate } from '../../router/router.tsx'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field, TextInput } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { usePauseResume } from '../usePauseResume.ts'
import styles from './insight.module.css'

/** An insight's title, state, commands and completeness. */
export function InsightHead({ insight, refresh }: { insight: InsightFragment; refresh: () => void }) {
  const { title } = insight.presentation
  const [asking, setAsking] = useState<'pause' | 'delete' | null>(null)
  const { busy, pause, resume } = usePauseResume(refresh)
  const state = combinedState(insight.dataSeries.map((series) => series.workflow?.state))
  const action = pausable(state)
  const paused = insight.dataSeries.find((series) => series.workflow?.pausedAt)?.workflow
  const nextRecording = insight.dataSeries.flatMap((series) => series.workflow?.nextRecordingAt ?? []).toSorted()[0]

  return (
    <div className={styles.head}>
      <Link href="/" className={styles.crumb}>
        Insights
      </Link>
      <div className={styles.titleRow}>
        <h1>{title}</h1>
        <StateBadge state={state} />
        <div className={styles.actions}>
          {insight.viewerCanEdit && action === 'pause' && (
            <Button icon="pause" busy={busy} onClick={() => setAsking('pause')}>
              Pause
            </Button>
          )}
          {insight.viewerCanEdit && action === 'resume' && (
            <Button kind="primary" icon="play" busy={busy} onClick={() => void resume(insight.dataSeries)}>
              Resume
            </Button>
          )}
          {insight.viewerCanEdit && <Button kind="quiet" icon="trash" aria-label="Delete this insight" title="Delete" onClick={() => setAsking('delete')} />}
        </div>
      </div>
      {insight.owner !== null && <p className={styles.note}>Owner: {insight.owner}</p>}
      {paused && action === 'resume' && (
        <p className={styles.note}>
          Paused{paused.pausedBy ? ` by ${paused.pausedBy}` : ''}
          {paused.pausedAt ? ` on ${formatTime(paused.pausedAt)}` : ''}
          {paused.pausedReason ? `: ${paused.pausedReason}` : '.'}
        </p>
      )}
      {state === 'SLEEPING' && nextRecording && <p className={styles.note}>Next recording: {formatTime(nextRecording)}</p>}
      <CompletenessBar tally={combinedTally(insight.dataSeries)} label={`Completeness of ${title}`} />
      {asking === 'pause' && (
        <PauseDialog
          onClose={() => setAsking(null)}
          onPause={(reason) => {
            setAsking(null)
            void pause(insight.dataSeries, reason)
          }}
        />
      )}
      {asking === 'delete' && <DeleteDialog insight={insight} onClose={() => setAsking(null)} />}
    </div>
  )
}

function PauseDialog({ onClose, onPause }: { onClose: () => void; onPause: (reason: string) => void }) {
  const [reason, setReason] = useState('')
  return (
    <Dialog
      title="Pause this insight?"
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={() => onPause(reason)}>
          Pause
        </Button>
      }
    >
      <p>Running searches stop within seconds. Computed samples are kept, and Resume continues where the insight was paused.</p>
      <Field label="Reason" hint="Optional. Shown on this page while the insight is paused.">
        {(parts) => <TextInput {...parts} value={reason} onChange={(event) => setReason(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && onPause(reason)} />}
      </Field>
    </Dialog>
  )
}

function DeleteDialog({ insight, onClose }: { insight: InsightFragment; onClose: () => void }) {
  const [{ fetching, error }, remove] = useMutation(DeleteInsightDocument)
  const announce = useAnnounce()
  return (
    <Dialog
      title={`Delete “${insight.presentation.title}”?`}
      onClose={onClose}
      actions={
        <Button
          kind="danger"
          busy={fetching}
          onClick={async () => {
            const result = await remove({ id: insight.id })
            if (result.error) return
            forgetLists()
            announce('The insight was deleted.')
            navigate('/', { replace: true })
          }}
        >
          Delete
        </Button>
      }
    >
      <p>Its series and their points are deleted, unless another insight shows them too. Repositories are not changed. You cannot undo this.</p>
      {error && <Notice kind="danger">{errorText(error)}</Notice>}
    </Dialog>
  )
}
