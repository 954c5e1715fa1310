import { useState, type FormEvent, type ReactNode } from 'react'
import type { InsightFragment } from '../../api/generated.ts'
import { formatNumber, plural } from '../../format/numbers.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field, Select, TextInput } from '../../ui/Field.tsx'
import { Menu, type MenuItem } from '../../ui/Menu.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { mostPoints } from '../new/form.ts'
import type { Retention } from './SeriesDetails.tsx'
import { useSeriesOrders, type Send } from './useSeriesOrders.ts'

/** As many as a chart can have, and far more than anybody reads. */
const mostShown = 100_000

type Series = InsightFragment['dataSeries'][number]
type Asking = 'retry' | 'extend' | 'cancel' | 'retain'

/** What can be done about a series' past. It asks where work is thrown away, or much of it begins. */
export function SeriesMenu({ series, label, points, retention, refresh }: { series: Series; label: string; points: number; retention?: Retention; refresh: () => void }) {
  const [asking, setAsking] = useState<Asking | null>(null)
  const orders = useSeriesOrders(series.seriesId, refresh)
  const { partial, failed, planned, pending } = series.completeness
  const past = pending > 0 && series.workflow?.kind !== 'RECORDING'
  const waiting = series.workflow?.waitingPlans ?? 0

  const items: MenuItem[] = []
  if (partial + failed > 0) items.push({ text: `Try ${plural(partial + failed, 'sample', 'samples')} again`, onSelect: () => void orders.retry(false) })
  items.push({ text: 'Add older points…', onSelect: () => setAsking('extend') })
  if (planned > 0) items.push({ text: 'Compute all again…', onSelect: () => setAsking('retry') })
  if ((past || waiting > 0) && series.workflow?.queuePosition !== 'FRONT') items.push({ text: 'Move to the front of the queue', onSelect: () => void orders.front() })
  if ((past || waiting > 0) && series.workflow?.queuePosition !== 'BACK') items.push({ text: 'Move to the back of the queue', onSelect: () => void orders.back() })
  if (retention) items.push({ text: 'Change how much is shown…', onSelect: () => setAsking('retain') })
  items.push({ text: 'Look for work now', onSelect: () => void orders.trigger() })
  if (past || waiting > 0) items.push({ text: 'Cancel the work on the past…', danger: true, onSelect: () => setAsking('cancel') })

  const close = () => setAsking(null)
  return (
    <>
      <Menu label={`Actions for ${label}`} items={items} busy={orders.busy} />
      {asking === 'retry' && (
        <Question title="Compute all samples again?" action="Compute again" send={() => orders.retry(true)} onClose={close}>
          <p>
            {formatNumber(planned)} samples are searched again, and their values corrected where they changed. Until then the chart shows what it has; no value is lost where a search fails.
          </p>
        </Question>
      )}
      {asking === 'extend' && <ExtendDialog points={points} extend={orders.extend} onClose={close} />}
      {asking === 'retain' && retention && <RetentionDialog retention={retention} retain={orders.retain} onClose={close} />}
      {asking === 'cancel' && <CancelDialog cancel={orders.cancel} onClose={close} />}
    </>
  )
}

/** A dialog that sends an order, and shows why it was refused. */
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
  const refusal = `Give a whole number from ${points + 1} to ${formatNumber(mostPoints)}.`
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
      <p>The series goes further back, in every insight that has it. Only what is missing is computed.</p>
      <Field label="Points in all" hint={`It has ${formatNumber(points)} now.`} error={tried && !fits && refusal}>
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
      title="How much do charts show?"
      action="Save"
      send={async () => {
        setTried(true)
        if (!fits) return ''
        return retain(choice === 'setting' ? null : choice === 'all' ? 0 : own)
      }}
      onClose={onClose}
    >
      <p>In every insight that has the series. Older sample times are archived: they are in exports, nothing of them is lost, and a larger number brings them back.</p>
      <Field label="Charts show">
        {(parts) => (
          <Select {...parts} value={choice} onChange={(event) => setChoice(event.target.value as Choice)}>
            <option value="setting">as many as the setting says</option>
            <option value="own">the newest sample times, this many:</option>
            <option value="all">all sample times</option>
          </Select>
        )}
      </Field>
      {choice === 'own' && (
        <Field label="Sample times" error={tried && !fits && `Give a whole number from 1 to ${formatNumber(mostShown)}.`}>
          {(parts) => <TextInput {...parts} type="number" min={1} max={mostShown} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
      )}
    </Question>
  )
}

function CancelDialog({ cancel, onClose }: { cancel: (reason: string) => Promise<string | null>; onClose: () => void }) {
  const [reason, setReason] = useState('')
  return (
    <Question title="Cancel the work on the past?" action="Cancel the work" danger send={() => cancel(reason)} onClose={onClose}>
      <p>Samples that are not computed yet end as failed; “Try again” takes them up later. What is computed stays, and new recordings go on.</p>
      <Field label="Reason" hint="Stands at the samples. May be empty.">
        {(parts) => <TextInput {...parts} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </Question>
  )
}
