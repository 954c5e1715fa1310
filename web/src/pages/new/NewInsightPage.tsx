import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useMutation } from 'urql'
import { inputErrors } from '../../api/errors.ts'
import { CreateInsightDocument } from '../../api/generated.ts'
import { useCurrentUser } from '../../api/useCurrentUser.ts'
import { plural } from '../../format/numbers.ts'
import { insightPath, Link, navigate, useSearch } from '../../router/router.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field, Select, TextInput } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { recipes } from '../recipes.ts'
import { useTitle } from '../useTitle.ts'
import { checkForm, emptyForm, formErrors, formInput, mostPoints, newSeries, scopeCriteria, units, type FormErrors, type FormState } from './form.ts'
import styles from './new.module.css'
import { ErrorText, sentence } from './QueryInput.tsx'
import { ScopeEditor } from './ScopeEditor.tsx'
import { SeriesEditor } from './SeriesEditor.tsx'
import { useScopeValidation } from './useValidation.ts'

const mostSeries = 10

export function NewInsightPage() {
  const [search, setSearch] = useSearch()
  const recipe = recipes.find((entry) => entry.id === search.get('recipe'))
  // Choosing another recipe replaces the form and discards what was typed.
  return <NewInsight key={recipe?.id ?? ''} initial={recipe?.form} recipe={recipe?.id} choose={(id) => setSearch({ recipe: id }, { push: true })} />
}

function NewInsight({ initial, recipe, choose }: { initial?: () => FormState; recipe?: string; choose: (id: string) => void }) {
  useTitle('New insight')
  const [form, setForm] = useState<FormState>(initial ?? emptyForm)
  const [errors, setErrors] = useState<FormErrors>({})
  const [{ fetching }, create] = useMutation(CreateInsightDocument)
  const { role, known } = useCurrentUser()
  const element = useRef<HTMLFormElement>(null)
  const scope = useScopeValidation(scopeCriteria(form), form.scope !== 'list' && (form.scope === 'all' || scopeCriteria(form) !== ''))

  // Changing a field clears the error of its previous content.
  const change = (changes: Partial<FormState>, ...clears: (keyof FormErrors)[]) => {
    setForm((before) => ({ ...before, ...changes }))
    setErrors((before) => without(before, ['general', ...clears]))
  }

  // The first invalid field receives the focus.
  useEffect(() => {
    if (Object.keys(errors).length > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [errors])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = checkForm(form)
    if (Object.keys(found).length > 0) return setErrors(found)
    if (fetching) return
    const result = await create({ input: formInput(form) })
    if (result.error) return setErrors(formErrors(inputErrors(result.error), form))
    if (result.data) navigate(insightPath(result.data.createLineChartSearchInsight.view.id))
  }

  const repositories = form.scope === 'list' ? form.scopeList.length : scope.repositories
  const points = Number(form.points)
  const samples = repositories !== undefined && Number.isInteger(points) && points > 0 ? repositories * points * form.series.length : null
  const title = errors.title
  const step = errors.every
  const count = errors.points
  return (
    <form ref={element} className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <div className={styles.head}>
        <Link href="/" className={styles.crumb}>
          Insights
        </Link>
        <h1>New insight</h1>
        {known && role === 'VIEWER' && <Notice kind="warning">You are a viewer: only editors and administrators can create insights.</Notice>}
        <div className={styles.recipes} role="group" aria-label="Start with a recipe">
          {recipes.map((entry) => (
            <button key={entry.id} type="button" aria-pressed={recipe === entry.id} title={entry.explanation} onClick={() => choose(entry.id)}>
              {entry.name}
            </button>
          ))}
        </div>
      </div>

      <section className={styles.block}>
        <Field label="Title" error={title && <ErrorText error={title} />}>
          {(parts) => <TextInput {...parts} value={form.title} placeholder="What is the question?" onChange={(event) => change({ title: event.target.value }, 'title')} />}
        </Field>
      </section>

      <section className={styles.block} aria-labelledby="series-title">
        <h2 id="series-title">Series</h2>
        {form.series.map((series, index) => (
          <SeriesEditor
            key={series.key}
            index={index}
            series={series}
            errors={errors}
            onChange={(next) => change({ series: form.series.map((entry) => (entry.key === next.key ? next : entry)) }, `query.${index}`, `label.${index}`, `colour.${index}`)}
            onRemove={form.series.length > 1 ? () => change({ series: form.series.filter((entry) => entry !== series) }, ...(Object.keys(errors) as (keyof FormErrors)[])) : undefined}
          />
        ))}
        {form.series.length < mostSeries && (
          <div>
            <Button icon="plus" onClick={() => change({ series: [...form.series, newSeries(form.series.length)] })}>
              Add a series
            </Button>
          </div>
        )}
      </section>

      <section className={styles.block} aria-labelledby="scope-title">
        <h2 id="scope-title">Repositories</h2>
        <ScopeEditor form={form} onChange={(changes) => change(changes, 'scope')} error={scope.error ?? errors.scope} repositories={scope.repositories} />
      </section>

      <section className={styles.block} aria-labelledby="grid-title">
        <h2 id="grid-title">Points in time</h2>
        <div className={styles.grid}>
          <Field label="Points" error={count && <ErrorText error={count} />}>
            {(parts) => <TextInput {...parts} type="number" min={1} max={mostPoints} value={form.points} onChange={(event) => change({ points: event.target.value }, 'points')} />}
          </Field>
          <Field label="Interval" error={step && <ErrorText error={step} />}>
            {(parts) => <TextInput {...parts} type="number" min={1} value={form.every} onChange={(event) => change({ every: event.target.value }, 'every')} />}
          </Field>
          <Field label="Unit">
            {({ id }) => (
              <Select id={id} value={form.unit} onChange={(event) => change({ unit: event.target.value as FormState['unit'] }, 'every')}>
                {units.map((entry) => (
                  <option key={entry.unit} value={entry.unit}>
                    {Number(form.every) === 1 ? entry.one : entry.many}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      </section>

      <footer className={styles.foot}>
        {errors.general && <Notice kind="danger">{errors.general.map(sentence).join(' ')}</Notice>}
        <div className={styles.footRow}>
          <p className={`${styles.note} numbers`} aria-live="polite">
            {samples !== null && samples > 0 && `${plural(samples, 'sample')} to compute, newest first.`}
            {samples === 0 && 'No repository is in this scope.'}
          </p>
          <Button kind="primary" type="submit" busy={fetching}>
            Create insight
          </Button>
        </div>
      </footer>
    </form>
  )
}

function without(errors: FormErrors, names: readonly (keyof FormErrors)[]): FormErrors {
  const rest = { ...errors }
  for (const name of names) delete rest[name]
  return rest
}
