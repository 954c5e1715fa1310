import { palette, markerShape } from '../../chart/palette.ts'
import { SeriesMark } from '../../chart/SeriesMark.tsx'
import { plural } from '../../format/numbers.ts'
import { Button } from '../../ui/Button.tsx'
import { Field, TextInput } from '../../ui/Field.tsx'
import type { FormErrors, SeriesForm } from './form.ts'
import styles from './new.module.css'
import { ErrorText, QueryInput } from './QueryInput.tsx'
import { useQueryValidation } from './useValidation.ts'

interface Props {
  index: number
  series: SeriesForm
  errors: FormErrors
  onChange: (series: SeriesForm) => void
  /** Absent if the form has only one series. */
  onRemove?: () => void
}

export function SeriesEditor({ index, series, errors, onChange, onRemove }: Props) {
  const live = useQueryValidation(series.query, series.method)
  const error = live.error ?? errors[`query.${index}`]
  const labelError = errors[`label.${index}`]
  const colour = palette.findIndex((entry) => entry.hex === series.colour)
  return (
    <fieldset className={styles.series}>
      <legend className="visually-hidden">Series {index + 1}</legend>
      <div className={styles.seriesHead}>
        <SeriesMark series={{ colour: { className: `series-${Math.max(colour, 0)}` }, marker: markerShape(index) }} />
        <span aria-hidden="true">Series {index + 1}</span>
        {onRemove && <Button kind="quiet" icon="close" aria-label={`Remove series ${index + 1}`} onClick={onRemove} />}
      </div>
      <QueryInput
        label="Search query"
        value={series.query}
        onChange={(query) => onChange({ ...series, query })}
        error={error}
        placeholder={series.method === 'LANGUAGE_STATS' ? 'Every file' : 'TODO lang:go'}
        hint={live.valid ? validHint(series, live.captures, live.notes) : queryHint(series)}
      />
      <div className={styles.seriesRow}>
        <Field label="Label" hint={series.method === 'SEARCH' ? '' : 'Each line is named after its value.'} error={labelError && <ErrorText error={labelError} />}>
          {(parts) => <TextInput {...parts} value={series.label} placeholder="The query" onChange={(event) => onChange({ ...series, label: event.target.value })} />}
        </Field>
        {series.method === 'SEARCH' && (
          <fieldset className={styles.colours}>
            <legend>Colour</legend>
            <div className={styles.swatches}>
              {palette.map((entry, at) => (
                <label key={entry.hex} className={`${styles.swatch} series-${at}`} title={entry.name}>
                  <input type="radio" name={`colour-${series.key}`} checked={series.colour === entry.hex} onChange={() => onChange({ ...series, colour: entry.hex })} aria-label={entry.name} />
                </label>
              ))}
            </div>
          </fieldset>
        )}
      </div>
      <Toggle
        method="SEARCH_COMPUTE"
        series={series}
        onChange={onChange}
        label="One line per captured value"
        hint="Counts each distinct text that the capture group matches. Requires a regular expression with a capture group."
      />
      <Toggle
        method="LANGUAGE_STATS"
        series={series}
        onChange={onChange}
        label="Lines by language"
        hint="Counts lines of code instead of matches, and draws one line of the chart per language. The query may contain filters only, such as -file:_test\.go$."
      />
    </fieldset>
  )
}

/** Switches a generation method on or off. */
function Toggle({ method, series, onChange, label, hint }: { method: SeriesForm['method']; series: SeriesForm; onChange: Props['onChange']; label: string; hint: string }) {
  return (
    <label className={styles.toggle}>
      <input type="checkbox" role="switch" checked={series.method === method} onChange={(event) => onChange({ ...series, method: event.target.checked ? method : 'SEARCH' })} />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  )
}

function queryHint(series: SeriesForm): string {
  return series.method === 'LANGUAGE_STATS' ? 'Filters only: file:, lang:, repo:. An empty query selects every file.' : 'Text, /regexp/, file:, lang:, case:, AND, OR, NOT.'
}

function validHint(series: SeriesForm, captures: number, notes: string[]): string {
  if (series.method === 'LANGUAGE_STATS') return 'The filters are valid.'
  if (series.method === 'SEARCH_COMPUTE') return [`The query is valid and has ${plural(captures, 'capture group')}.`, ...notes].join(' ')
  return captures > 0 ? `The query is valid. It has ${plural(captures, 'capture group')}, so it can draw one line per captured value.` : 'The query is valid.'
}
