import { useState } from 'react'
import { useQuery } from 'urql'
import { RepositoryNamesDocument } from '../../api/generated.ts'
import { plural } from '../../format/numbers.ts'
import { Field, TextInput } from '../../ui/Field.tsx'
import { useDebounced } from '../../ui/useDebounced.ts'
import type { FieldError } from '../../api/errors.ts'
import type { FormState, ScopeKind } from './form.ts'
import styles from './new.module.css'
import { ErrorText, QueryInput } from './QueryInput.tsx'

const kinds: { kind: ScopeKind; label: string }[] = [
  { kind: 'all', label: 'All' },
  { kind: 'name', label: 'By name' },
  { kind: 'query', label: 'By scope query' },
  { kind: 'list', label: 'Selected' },
]

interface Props {
  form: FormState
  onChange: (changes: Partial<FormState>) => void
  error?: FieldError
  /** The number of repositories in the scope now; undefined while unknown. */
  repositories?: number
}

export function ScopeEditor({ form, onChange, error, repositories }: Props) {
  const count = repositories === undefined ? '' : repositories === 0 ? 'No repository matches now. Repositories that match later are added.' : `${plural(repositories, 'repository', 'repositories')} now. Repositories that match later are added.`
  return (
    <div className={styles.scope}>
      <div className={styles.segments} role="radiogroup" aria-label="Repositories">
        {kinds.map(({ kind, label }) => (
          <label key={kind}>
            <input type="radio" name="scope" checked={form.scope === kind} onChange={() => onChange({ scope: kind })} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {form.scope === 'all' && <p className={styles.note}>{count || 'Every registered repository.'}</p>}
      {form.scope === 'name' && (
        <Field label="Name matches" hint={count || 'A regular expression on the repository name.'} error={error && <ErrorText error={error} />}>
          {(parts) => <TextInput mono {...parts} value={form.scopeName} placeholder="^github\.com/acme/" onChange={(event) => onChange({ scopeName: event.target.value })} />}
        </Field>
      )}
      {form.scope === 'query' && (
        <QueryInput label="Scope query" value={form.scopeQuery} onChange={(scopeQuery) => onChange({ scopeQuery })} error={error} hint={count || 'repo:, -repo:, fork: and archived:, combined with AND, OR and NOT.'} placeholder="repo:^acme/ -repo:archive" />
      )}
      {form.scope === 'list' && <RepositoryList chosen={form.scopeList} onChange={(scopeList) => onChange({ scopeList })} error={error} />}
    </div>
  )
}

const listed = 100

function RepositoryList({ chosen, onChange, error }: { chosen: string[]; onChange: (names: string[]) => void; error?: FieldError }) {
  const [find, setFind] = useState('')
  const settled = useDebounced(find)
  const [{ data }] = useQuery({ query: RepositoryNamesDocument, variables: { first: listed, find: settled || null } })
  const names = data?.repositories.nodes.map((repository) => repository.name) ?? []
  const total = data?.repositories.totalCount ?? 0
  return (
    <div className={styles.picker}>
      <TextInput type="search" aria-label="Find repositories" placeholder="Find repositories" value={find} onChange={(event) => setFind(event.target.value)} />
      <ul className={styles.checklist} aria-label="Repositories to select">
        {names.map((name) => (
          <li key={name}>
            <label>
              <input type="checkbox" checked={chosen.includes(name)} onChange={(event) => onChange(event.target.checked ? [...chosen, name] : chosen.filter((other) => other !== name))} />
              {name}
            </label>
          </li>
        ))}
        {data && names.length === 0 && <li className={styles.note}>No repository found.</li>}
      </ul>
      <p className={error ? styles.wrongNote : styles.note} aria-live="polite">
        {error ? <ErrorText error={error} /> : `${plural(chosen.length, 'repository', 'repositories')} selected.`}
        {total > names.length ? ` ${names.length} of ${total} are listed. Search by name to find others.` : ''}
      </p>
    </div>
  )
}
