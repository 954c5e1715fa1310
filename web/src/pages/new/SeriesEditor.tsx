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
  /** Absent for the only one. */
  onRemove?: () => void
}

export function SeriesEditor({ index, series, errors, onChange, onRemove }: Props) {
  const live = useQueryValidation(series.query, series.captureGroups)
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
        placeholder="TODO lang:go"
        hint={live.valid ? validHint(series, live.captures) : 'Words, "quoted", /regexp/, file:, lang:, case:, AND OR NOT.'}
      />
      <div className={styles.seriesRow}>
        <Field label="Label" hint={series.captureGroups ? 'Lines are named by their values.' : ''} error={labelError && <ErrorText error={labelError} />}>
          {(parts) => <TextInput {...parts} value={series.label} placeholder="The query" onChange={(event) => onChange({ ...series, label: event.target.value })} />}
        </Field>
        {!series.captureGroups && (
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
      <label className={styles.toggle}>
        <input type="checkbox" role="switch" checked={series.captureGroups} onChange={(event) => onChange({ ...series, captureGroups: event.target.checked })} />
        <span>
          One line per captured value
          <small>What stands in the query’s parentheses is counted by value. Needs a regexp with a capture group.</small>
        </span>
      </label>
    </fieldset>
  )
}

function validHint(series: SeriesForm, captures: number): string {
  if (series.captureGroups) return `The query is fine: ${plural(captures, 'capture group')}.`
  return captures > 0 ? `The query is fine. It has ${plural(captures, 'capture group')}: they can become one line per value.` : 'The query is fine.'
}
