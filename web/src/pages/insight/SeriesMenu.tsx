import { useState, type FormEvent, type ReactNode } from 'react'
import type { InsightFragment } from '../../api/generated.ts'
import { useCurrentUser } from '../../api/useCurrentUser.ts'
import { formatNumber, plural } from '../../format/numbers.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field, Select, TextInput } from '../../ui/Field.tsx'
import { Menu, type MenuItem } from '../../ui/Menu.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { mostPoints } from '../new/form.ts'
import type { Retention } from './SeriesDetails.tsx'
import { useSeriesCommands, type Send } from './useSeriesCommands.ts'

/** An upper limit for the input field, far above what a chart can usefully show. */
const mostShown = 100_000

type Series = InsightFragment['dataSeries'][number]
type Asking = 'retry' | 'extend' | 'cancel' | 'retain'

/**
 * The menu of a series' commands. A command opens a dialog first if it discards work, starts much
 * of it, or needs an input.
 */
export function SeriesMenu({ series, label, points, retention, refresh }: { series: Series; label: string; points: number; retention?: Retention; refresh: () => void }) {
  const [asking, setAsking] = useState<Asking | null>(null)
  const commands = useSeriesCommands(series.seriesId, refresh)
  const { partial, failed, planned, pending } = series.completeness
  const backfilling = pending > 0 && series.workflow?.kind !== 'RECORDING'
  const waiting = series.workflow?.waitingPlans ?? 0
  const { role } = useCurrentUser()
  const movable = role === 'ADMIN' && (backfilling || waiting > 0)

  const items: MenuItem[] = []
  if (partial + failed > 0) items.push({ text: `Retry ${plural(partial + failed, 'sample', 'samples')}`, onSelect: () => void commands.retry(false) })
  items.push({ text: 'Add older points…', onSelect: () => setAsking('extend') })
  if (planned > 0) items.push({ text: 'Compute all again…', onSelect: () => setAsking('retry') })
  if (movable && series.workflow?.queuePosition !== 'FRONT') items.push({ text: 'Move to the front of the queue', onSelect: () => void commands.front() })
  if (movable && series.workflow?.queuePosition !== 'BACK') items.push({ text: 'Move to the back of the queue', onSelect: () => void commands.back() })
  if (retention) items.push({ text: 'Change how many points charts show…', onSelect: () => setAsking('retain') })
  items.push({ text: 'Check for work now', onSelect: () => void commands.trigger() })
  if (backfilling || waiting > 0) items.push({ text: 'Cancel the work on past times…', danger: true, onSelect: () => setAsking('cancel') })

  const close = () => setAsking(null)
  return (
    <>
      <Menu label={`Actions for ${label}`} items={items} busy={commands.busy} />
      {asking === 'retry' && (
        <Question title="Compute all samples again?" action="Compute again" send={() => commands.retry(true)} onClose={close}>
          <p>
            Up to {formatNumber(planned)} samples are computed again, and values that changed are corrected. Samples of removed repositories are not computed again. Until a sample has been computed again, the chart counts it as pending. If a search fails, the sample keeps its value.
          </p>
        </Question>
      )}
      {asking === 'extend' && <ExtendDialog points={points} extend={commands.extend} onClose={close} />}
      {asking === 'retain' && retention && <RetentionDialog retention={retention} retain={commands.retain} onClose={close} />}
      {asking === 'cancel' && <CancelDialog cancel={commands.cancel} onClose={close} />}
    </>
  )
}

/**
 * A dialog that sends a command. If the server refuses it, the dialog stays open and shows the
 * error.
 */
function Question({ title, action, danger = false, send, onClose, children }: { title: string; action: string; danger?: boolean; send: Send; onClose: () => void; children: ReactNode }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const refused = await send()
    setBusy(false)
    setProblem(refused)
    if (refused === null) onClose()
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button kind={danger ? 'danger' : 'primary'} busy={busy} type="submit" form="series-question">
          {action}
        </Button>
      }
    >
      <form id="series-question" onSubmit={(event) => void submit(event)} noValidate>
        {children}
        {problem && <Notice kind="danger">{problem}</Notice>}
      </form>
    </Dialog>
  )
}

function ExtendDialog({ points, extend, onClose }: { points: number; extend: (points: number) => Promise<string | null>; onClose: () => void }) {
  const [text, setText] = useState(String(Math.min(2 * points, mostPoints)))
  const wanted = Number(text)
  const fits = Number.isInteger(wanted) && wanted > points && wanted <= mostPoints
  const [tried, setTried] = useState(false)
  const refusal = `Enter a whole number from ${points + 1} to ${formatNumber(mostPoints)}.`
  return (
    <Question
      title="Add older points?"
      action="Add points"
      send={async () => {
        setTried(true)
        return fits ? extend(wanted) : ''
      }}
      onClose={onClose}
    >
      <p>The series is extended further into the past, in every insight that shows it. Only missing samples are computed.</p>
      <Field label="Total points" hint={`The series has ${formatNumber(points)} now, not counting recordings.`} error={tried && !fits && refusal}>
        {(parts) => <TextInput {...parts} type="number" min={points + 1} max={mostPoints} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
    </Question>
  )
}

type Choice = 'setting' | 'all' | 'own'

function RetentionDialog({ retention, retain, onClose }: { retention: Retention; retain: (points: number | null) => Promise<string | null>; onClose: () => void }) {
  const [choice, setChoice] = useState<Choice>(retention.override === null ? 'setting' : retention.override === 0 ? 'all' : 'own')
  const [text, setText] = useState(String(retention.override || retention.points || 30))
  const own = Number(text)
  const fits = choice !== 'own' || (Number.isInteger(own) && own > 0 && own <= mostShown)
  const [tried, setTried] = useState(false)
  return (
    <Question
      title="How many points do charts show?"
      action="Save"
      send={async () => {
        setTried(true)
        if (!fits) return ''
        return retain(choice === 'setting' ? null : choice === 'all' ? 0 : own)
      }}
      onClose={onClose}
    >
      <p>This applies to every insight that shows the series. Older sample times are archived: exports contain them, and charts show them again when you raise the number.</p>
      <Field label="Charts show">
        {(parts) => (
          <Select {...parts} value={choice} onChange={(event) => setChoice(event.target.value as Choice)}>
            <option value="setting">the number in the settings, or the points of the series if they are more</option>
            <option value="own">this many of the newest sample times:</option>
            <option value="all">all sample times</option>
          </Select>
        )}
      </Field>
      {choice === 'own' && (
        <Field label="Sample times" error={tried && !fits && `Enter a whole number from 1 to ${formatNumber(mostShown)}.`}>
          {(parts) => <TextInput {...parts} type="number" min={1} max={mostShown} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
      )}
    </Question>
  )
}

function CancelDialog({ cancel, onClose }: { cancel: (reason: string) => Promise<string | null>; onClose: () => void }) {
  const [reason, setReason] = useState('')
  return (
    <Question title="Cancel the work on past times?" action="Cancel the work" danger send={() => cancel(reason)} onClose={onClose}>
      <p>Samples that are not computed yet end as failed or, if they are being computed again, keep their earlier value. You can retry them later. Computed samples are kept, and recordings continue.</p>
      <Field label="Reason" hint="Optional. Shown with the cancelled samples.">
        {(parts) => <TextInput {...parts} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </Question>
  )
}
